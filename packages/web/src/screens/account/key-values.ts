import type { ApiKey, ApiKeyCreate, Scope } from '@easel/contract'

export const scopeWords: Readonly<Record<Scope, { readonly label: string; readonly help: string }>> = {
  read: { label: 'Read', help: 'See pictures, generations and engines.' },
  generate: { label: 'Generate', help: 'Make pictures.' },
  write: { label: 'Write', help: 'Bring in, change and delete pictures and engines.' },
  admin: { label: 'Administration', help: 'Look after people and this server.' },
}

/** How long a key works, in days; `never`: until it is revoked. */
export const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'Until revoked' },
] as const

export interface KeyValues {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly lifetime: string
}

export const startValues: KeyValues = { name: '', scopes: ['read', 'generate'], lifetime: '90' }

const DAY = 24 * 60 * 60_000

/** The body that makes a key. @param now in milliseconds */
export function keyBody({ name, scopes, lifetime }: KeyValues, now: number): ApiKeyCreate {
  const days = Number(lifetime)
  return {
    name: name.trim(),
    scopes: [...scopes],
    ...(Number.isFinite(days) ? { expiresAt: new Date(now + days * DAY).toISOString() } : {}),
  }
}

/** @param words writes a time in milliseconds */
export function keyFacts(key: ApiKey, now: number, words: (time: number) => string): readonly string[] {
  const used = key.lastUsedAt === null ? 'never used' : `used ${words(Date.parse(key.lastUsedAt))}`
  const may = key.scopes.map((scope) => scopeWords[scope].label).join(', ')
  return [`…${key.hint}`, may, used, endOf(key, now, words)]
}

function endOf({ expiresAt }: ApiKey, now: number, words: (time: number) => string): string {
  if (expiresAt === null) return 'works until revoked'
  const end = Date.parse(expiresAt)
  return end <= now ? `expired ${words(end)}` : `works until ${words(end)}`
}
