import { EaselError } from '#base/errors.ts'
import type { IsBreached } from './breached.ts'
import { isCommonPassword } from './common-passwords.ts'

const minLength = 10
const maxLength = 256

/** Whose password it is to be. */
interface Whose {
  readonly email: string
  readonly name: string
}

/** @throws EaselError `validation-failed` that says why a password cannot be used */
export type CheckPassword = (password: string, whose: Whose) => Promise<void>

const plain = (text: string): string => text.normalize('NFKC').toLowerCase().trim()

function isOwn(password: string, { email, name }: Whose): boolean {
  const text = plain(password)
  const [local = ''] = plain(email).split('@')
  return [plain(email), local, plain(name), plain(name).replaceAll(/\s+/g, '')].includes(text)
}

function faultOf(password: string, whose: Whose): string | null {
  const { length } = Array.from(password)
  if (length < minLength) return `must have at least ${minLength} characters`
  if (length > maxLength) return `must have at most ${maxLength} characters`
  if (isOwn(password, whose)) return 'must not be the name or the e-mail address'
  if (isCommonPassword(password)) return 'is one of the first that anybody would try: choose another one'
  return null
}

function refuse(fault: string): EaselError {
  return new EaselError('validation-failed', `The password ${fault}.`, {
    fields: [{ field: 'body.password', message: fault }],
  })
}

/** What may become a password: rules of length and sense, no rules about kinds of characters. */
export function createPasswordRules(isBreached: IsBreached): CheckPassword {
  return async (password, whose) => {
    const fault = faultOf(password, whose)
    if (fault !== null) throw refuse(fault)
    if (await isBreached(password)) throw refuse('is in a published list of leaked ones: choose another one')
  }
}
