import { ShareChange, ShareCreate, type Share } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { changeBody, createBody, slug, startValues, valuesOf } from './share-values.ts'
import { link } from './testing.ts'

const target = { kind: 'image', imageId: '01900000-0000-7000-8000-000000000001' } as const
const now = Date.parse('2026-11-21T12:00:00.000Z')

describe('the form of a link', () => {
  it('SH4: makes an open link without options of what it starts with', () => {
    expect(ShareCreate.parse(createBody(target, startValues, now))).toEqual({
      target,
      title: null,
      comment: null,
      startsAt: null,
      expiresAt: null,
      viewLimit: null,
      download: true,
      prompt: false,
      listed: false,
      address: null,
    })
  })

  it('SH4: sends what was chosen', () => {
    const values = {
      ...startValues,
      name: 'summer-2026-',
      title: ' Coast ',
      comment: 'For you',
      protect: true,
      password: ' four ',
      ends: '3600',
      viewLimit: 3,
      download: false,
    }
    expect(ShareCreate.parse(createBody(target, values, now))).toMatchObject({
      name: 'summer-2026',
      title: 'Coast',
      comment: 'For you',
      password: ' four ',
      expiresAt: '2026-11-21T13:00:00.000Z',
      viewLimit: 3,
      download: false,
    })
    expect(createBody(target, { ...values, protect: false }, now)).not.toHaveProperty('password')
  })

  it('SH30: publishes an album at the address that was typed, and takes it back', () => {
    const album = { kind: 'album', albumId: target.imageId } as const
    const body = createBody(album, { ...startValues, address: 'foxes-' }, now)
    expect(ShareCreate.parse(body)).toHaveProperty('address', 'foxes')
    const values = valuesOf(link({ kind: 'album', address: 'foxes' }))
    expect(ShareChange.parse(changeBody(values, now))).toHaveProperty('address', 'foxes')
    expect(ShareChange.parse(changeBody({ ...values, address: '' }, now))).toHaveProperty('address', null)
  })

  it.each(['never', 'at'])('SH4: has no end where none was given: %s', (ends) => {
    expect(createBody(target, { ...startValues, ends }, now).expiresAt).toBeNull()
  })

  it('SH4: gives a link back as it is, to the minute', () => {
    const share: Share = link({
      title: 'A',
      startsAt: '2026-11-22T08:30:00.000Z',
      expiresAt: '2027-01-01T00:00:00.000Z',
    })
    expect(ShareChange.parse(changeBody(valuesOf(share), now))).toEqual({
      title: 'A',
      comment: null,
      startsAt: share.startsAt,
      expiresAt: share.expiresAt,
      password: null,
      viewLimit: null,
      download: true,
      prompt: false,
      listed: false,
      address: null,
    })
  })

  it('SH5: keeps a password that is not typed anew, and takes it away only when that is chosen', () => {
    const values = valuesOf(link({ hasPassword: true }))
    expect(changeBody(values, now)).not.toHaveProperty('password')
    expect(changeBody({ ...values, password: 'another' }, now)).toHaveProperty('password', 'another')
    expect(changeBody({ ...values, protect: false }, now)).toHaveProperty('password', null)
  })
})

describe('words in an address', () => {
  it.each([
    ['Été à la mer', 'ete-a-la-mer'],
    ['--a  b__c', 'a-b-c'],
    ['🎨', ''],
    ['../../x', 'x'],
    ['A'.repeat(99), 'a'.repeat(60)],
  ])('SH1: %s becomes %s', (typed, words) => {
    expect(slug(typed)).toBe(words)
  })
})
