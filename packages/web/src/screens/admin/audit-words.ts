import type { AuditEntry } from '@easel/contract'
import { bytes, capitalised, plainValue } from '#parts/format.ts'

const words: Readonly<Record<string, string>> = {
  'set-up': 'Easel set up',
  'sign-in': 'Signed in',
  'sign-in-failed': 'Sign-in refused',
  'sign-out': 'Signed out',
  'sign-out-everywhere': 'Signed out everywhere',
  'session-ended': 'Device signed out',
  'sign-up': 'Account made',
  'profile-changed': 'Profile changed',
  'account-deletion-failed': 'Deleting the account refused',
  'guest-began': 'Guest began',
  'guest-taken-over': 'Guest’s library taken over',
  'password-changed': 'Password changed',
  'password-change-failed': 'Password change refused',
  'password-reset-asked': 'Password reset asked for',
  'password-reset': 'Password reset',
  'two-factor-enabled': 'Two-factor turned on',
  'two-factor-disabled': 'Two-factor turned off',
  'second-factor-failed': 'Second factor refused',
  'recovery-code-used': 'Recovery code used',
  'recovery-codes-renewed': 'New recovery codes made',
  'passkey-created': 'Passkey added',
  'passkey-removed': 'Passkey removed',
  'single-sign-on-connected': 'Single sign-on connected',
  'key-created': 'API key made',
  'key-revoked': 'API key revoked',
  'role-changed': 'Role changed',
  'quota-changed': 'Limits changed',
  'user-disabled': 'Kept out',
  'user-enabled': 'Let in again',
  'user-removed': 'Removed',
  'defaults-changed': 'Rules changed',
  'group-made': 'Group made',
  'group-changed': 'Group changed',
  'group-removed': 'Group taken apart',
  'invitation-created': 'Invitation made',
  'invitation-revoked': 'Invitation taken back',
}

/** The events that can be asked for. */
export const knownActions: readonly string[] = Object.keys(words)

/** What happened, in words; a kind that is not known by name is said as it is. */
export function actionWords(action: string): string {
  return words[action] ?? capitalised(action.replaceAll('-', ' '))
}

const labels: Readonly<Record<string, string>> = {
  signUp: 'accounts',
  guestDays: 'guest days',
  gallery: 'public gallery',
  quota: 'limits',
  guestQuota: 'guest limits',
  bytes: 'storage',
  imagesADay: 'pictures a day',
  atOnce: 'at once',
  moneyAMonth: 'money a month',
}

/** They say nothing to people. */
const unsaid: ReadonlySet<string> = new Set(['invitation', 'session'])

const list = new Intl.ListFormat(undefined, { type: 'unit', style: 'short' })

function valueWords(name: string, value: unknown): string {
  if (value === null) return 'no limit'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number') return name === 'bytes' ? bytes(value) : value.toLocaleString()
  if (Array.isArray(value)) return list.format(value.map(String))
  if (typeof value !== 'object') return plainValue(value)
  const parts = Object.entries(value).map(([inner, part]) => `${labels[inner] ?? inner} ${valueWords(inner, part)}`)
  return parts.length === 0 ? 'as for everybody' : parts.join(', ')
}

/** What more is known of it, as `from: user; to: admin`. */
export function detailWords({ detail }: Pick<AuditEntry, 'detail'>): string {
  return Object.entries(detail)
    .filter(([name]) => !unsaid.has(name))
    .map(([name, value]) => `${labels[name] ?? name}: ${valueWords(name, value)}`)
    .join('; ')
}
