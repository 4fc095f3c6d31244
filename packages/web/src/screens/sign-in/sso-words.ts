import { SingleSignOnFault } from '@easel/contract'

const words: Readonly<Record<SingleSignOnFault, string>> = {
  unreachable: 'The single sign-on cannot be reached. Try again in a moment.',
  expired: 'The sign-in took too long. Try again.',
  declined: 'The sign-in was declined.',
  invalid: 'The single sign-on gave an answer that cannot be trusted. Try again.',
  'email-unverified': 'The single sign-on does not confirm that the e-mail address is yours.',
  'not-connected':
    'There is an account with your e-mail address. Sign in with its password, then connect the two under “Account”.',
  taken: 'That sign-on account belongs to somebody else here already.',
  'no-account': 'You have no account here. Ask an administrator for an invitation.',
  disabled: 'This account is disabled. Ask an administrator.',
}

/** Why single sign-on did not work, for people. */
export function ssoWords(fault: string): string {
  const known = SingleSignOnFault.safeParse(fault)
  return known.success ? words[known.data] : 'Signing in did not work. Try again.'
}
