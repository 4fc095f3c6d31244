import { ConnectionCreate, type Connection, type ProviderInfo } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { idOf } from '#data/__fixtures__/records.ts'
import { createBody, emptyPrice, patchBody, startValues } from './connection-values.ts'

const provider: ProviderInfo = {
  id: 'openai',
  label: 'OpenAI',
  description: '',
  ai: true,
  writes: true,
  key: 'required',
  defaultBaseUrl: 'https://api.openai.com/v1',
  settings: {},
  options: {},
}
const connection: Connection = {
  fallbackId: null,
  prices: [],
  id: idOf(1),
  name: 'Mine',
  provider: 'openai',
  baseUrl: 'https://proxy.example/v1',
  hasKey: true,
  keyHint: 'abcd',
  settings: { organization: 'o' },
  defaultModel: 'gpt-image-1',
  concurrency: 2,
  isDefault: false,
  shared: false,
  mine: true,
  createdAt: '2026-11-21T10:00:00.000Z',
}

describe('the form of an engine', () => {
  it('makes the smallest body for a new one', () => {
    const body = createBody({ ...startValues(null, provider, true), key: ' sk-1 ' }, provider)
    expect(body).toEqual({ name: 'OpenAI', provider: 'openai', settings: {}, key: 'sk-1' })
    expect(ConnectionCreate.safeParse(body).success).toBe(true)
  })

  it('sends nothing of an unchanged one, and never an empty key', () => {
    expect(patchBody(startValues(connection, provider, true), connection)).toEqual({})
  })

  it('sends only what was changed', () => {
    const values = {
      ...startValues(connection, provider, false),
      name: 'Ours',
      concurrency: 4,
      isDefault: true,
      settings: {},
    }
    expect(patchBody(values, connection)).toEqual({ name: 'Ours', concurrency: 4, isDefault: true, settings: {} })
  })

  it('offers it to everybody, or no longer, where that is theirs to say', () => {
    const shared = { ...connection, shared: true }
    expect(createBody({ ...startValues(null, provider, true), shared: true }, provider).shared).toBe(true)
    expect(patchBody({ ...startValues(connection, provider, true), shared: true }, connection)).toEqual({
      shared: true,
    })
    expect(patchBody({ ...startValues(shared, provider, true), shared: false }, shared)).toEqual({ shared: false })
    expect(patchBody(startValues(shared, provider, false), shared)).toEqual({})
  })

  it('sends the price list as a whole, without lines that have no price', () => {
    const values = startValues({ ...connection, prices: [{ amount: 0.04, model: 'a' }] }, provider, true)
    expect(values.prices).toEqual([{ model: 'a', size: '', quality: '', amount: 0.04 }])
    const more = [...values.prices, { model: '', size: '64×64', quality: ' hd ', amount: 0 }, emptyPrice]
    expect(patchBody({ ...values, prices: more }, connection)).toEqual({
      prices: [
        { amount: 0.04, model: 'a' },
        { amount: 0, size: '64x64', quality: 'hd' },
      ],
    })
    expect(createBody({ ...values, prices: [emptyPrice] }, provider)).not.toHaveProperty('prices')
  })

  it('sends the fallback when it changed, also to none', () => {
    const values = startValues({ ...connection, fallbackId: idOf(2) }, provider, true)
    expect(patchBody(values, { ...connection, fallbackId: idOf(2) })).toEqual({})
    expect(patchBody({ ...values, fallbackId: null }, { ...connection, fallbackId: idOf(2) })).toEqual({
      fallbackId: null,
    })
    expect(createBody(values, provider)).toMatchObject({ fallbackId: idOf(2) })
  })
})
