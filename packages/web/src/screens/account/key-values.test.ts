import { ApiKeyCreate, type ApiKey } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { keyBody, keyFacts, startValues } from './key-values.ts'

const now = Date.parse('2026-11-21T12:00:00.000Z')
const key: ApiKey = {
  id: '0198a000-0000-7000-8000-000000000001',
  name: 'Script',
  scopes: ['read', 'write'],
  hint: 'wxyz',
  expiresAt: null,
  lastUsedAt: null,
  createdAt: '2026-11-01T12:00:00.000Z',
}
const words = (time: number) => new Date(time).toISOString().slice(0, 10)

describe('an API key', () => {
  it('ends after the days that were chosen, or never', () => {
    const body = keyBody({ ...startValues, name: ' Script ' }, now)
    expect(body).toEqual({ name: 'Script', scopes: ['read', 'generate'], expiresAt: '2027-02-19T12:00:00.000Z' })
    expect(ApiKeyCreate.safeParse(body).success).toBe(true)
    expect(keyBody({ ...startValues, name: 'x', lifetime: 'never' }, now)).toEqual({
      name: 'x',
      scopes: ['read', 'generate'],
    })
  })

  it('is told by its last letters, what it may, and when it was used and ends', () => {
    expect(keyFacts(key, now, words)).toEqual(['…wxyz', 'Read, Write', 'never used', 'works until revoked'])
    const old: ApiKey = { ...key, lastUsedAt: '2026-11-20T00:00:00.000Z', expiresAt: '2026-11-21T00:00:00.000Z' }
    expect(keyFacts(old, now, words)).toEqual(['…wxyz', 'Read, Write', 'used 2026-11-20', 'expired 2026-11-21'])
    expect(keyFacts({ ...old, expiresAt: '2026-12-01T00:00:00.000Z' }, now, words)).toContain('works until 2026-12-01')
  })
})
