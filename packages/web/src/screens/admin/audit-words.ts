import type { AuditEntry } from '@easel/contract'
import { capitalised, plainValue } from '#parts/format.ts'

const words: Readonly<Record<string, string>> = {
  'sign-in': 'Signed in',
  'sign-in-failed': 'Sign-in refused',
  'sign-out': 'Signed out',
  'sign-up': 'Account made',
  'password-changed': 'Password changed',
  'password-reset': 'Password reset',
  'key-created': 'API key made',
  'key-revoked': 'API key revoked',
  'role-changed': 'Role changed',
  'quota-changed': 'Limits changed',
  'user-disabled': 'Kept out',
  'user-enabled': 'Let in again',
  'user-removed': 'Removed',
  'defaults-changed': 'Rules changed',
  'invitation-created': 'Invitation made',
  'invitation-revoked': 'Invitation taken back',
}

/** The events that can be asked for. */
export const knownActions: readonly string[] = Object.keys(words)

/** What happened, in words; a kind that is not known by name is said as it is. */
export function actionWords(action: string): string {
  return words[action] ?? capitalised(action.replaceAll('-', ' '))
}

/** What more is known of it, as `role: admin, days: 7`. */
export function detailWords({ detail }: Pick<AuditEntry, 'detail'>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${plainValue(value)}`)
    .join(', ')
}
