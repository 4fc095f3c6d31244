import { describe, expect, it } from 'vitest'
import { EaselError } from '#base/errors.ts'
import { baseUrlFaults, keyFaults, refuse, settingsFaults, tidyBaseUrl } from './rules.ts'
import { providers } from './testing/engine.ts'

function manifestOf(id: string) {
  const manifest = providers.get(id)?.manifest
  if (manifest === undefined) throw new Error(`no provider ${id}`)
  return manifest
}

describe('the rules of a connection', () => {
  it.each([
    ['paint', undefined, 'is needed: Paint has no usual address'],
    ['bare', undefined, 'is needed: Bare has no usual address'],
    ['cloud', undefined, null],
    ['sketch', undefined, null],
    ['sketch', 'http://host', 'is not used by Sketcher'],
    ['paint', 'http://192.168.1.5:7860/api', null],
    ['paint', 'https://host/v1/', null],
    ['paint', 'ftp://host', 'must be an http or https address'],
    ['paint', 'host', 'must be an http or https address'],
    ['paint', 'http://me:pw@host', 'must not contain a user name or a password'],
    ['paint', 'http://host/?key=1', 'must not contain ? or #'],
    ['paint', 'http://host/#x', 'must not contain ? or #'],
  ])('CN4: %s at %s', (provider, baseUrl, message) => {
    const expected = message === null ? [] : [{ field: 'body.baseUrl', message }]
    expect(baseUrlFaults(manifestOf(provider), baseUrl)).toEqual(expected)
  })

  it.each([
    ['cloud', null, 'is needed by Cloud'],
    ['cloud', 'sk-1', null],
    ['paint', null, null],
    ['paint', 'sk-1', null],
    ['bare', 'sk-1', 'is not used by Bare'],
  ])('CN4: %s with the key %s', (provider, key, message) => {
    expect(keyFaults(manifestOf(provider), key)).toEqual(message === null ? [] : [{ field: 'body.key', message }])
  })

  it('CN4: settings fit the schema of the provider, with no other names', () => {
    const faults = (settings: Record<string, unknown>) =>
      settingsFaults(manifestOf('paint'), settings).map((fault) => fault.field)
    expect(faults({})).toEqual([])
    expect(faults({ account: 'a', level: 2 })).toEqual([])
    expect(faults({ account: 1, level: 0, lvel: 1 })).toEqual(
      expect.arrayContaining(['body.settings.account', 'body.settings.level', 'body.settings.lvel']),
    )
  })

  it.each(['\u0000', 'a\ud800'])('CN4: settings hold only what the database can: %j', (text) => {
    for (const settings of [{ account: text }, { [text]: 1 }, { deep: [{ text }] }]) {
      expect(settingsFaults(manifestOf('paint'), settings)).toHaveLength(1)
      expect(settingsFaults(manifestOf('paint'), settings)[0]?.field).toBe('body.settings')
    }
    expect(settingsFaults(manifestOf('paint'), { account: String.raw`\u0000` })).toEqual([])
  })

  it('CN4: all faults come in one error', () => {
    expect(() => refuse([])).not.toThrow()
    const faults = [
      { field: 'body.key', message: 'is needed' },
      { field: 'body.settings.level', message: 'is too small' },
    ]
    const error = new EaselError('validation-failed', 'key is needed; settings.level is too small', { fields: faults })
    expect(() => refuse(faults)).toThrow(error)
  })

  it('stores addresses without slashes at the end', () => {
    expect(tidyBaseUrl('http://host/v1//')).toBe('http://host/v1')
    expect(tidyBaseUrl('http://host')).toBe('http://host')
  })
})
