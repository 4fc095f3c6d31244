import type { Connection } from '@easel/contract'
import { expect, it } from 'vitest'
import { idOf } from '#data/__fixtures__/records.ts'
import { choicesOf, valueOf, wantedOf } from './family-choices.ts'

const connection = (number: number, shared: boolean): Connection => ({
  id: idOf(number),
  name: `Engine ${number}`,
  provider: 'paint',
  baseUrl: null,
  hasKey: false,
  keyHint: null,
  settings: {},
  defaultModel: null,
  concurrency: 1,
  isDefault: false,
  shared,
  mine: true,
  fallbackId: null,
  prices: [],
  createdAt: '2026-11-21T10:00:00.000Z',
})
const both = [connection(1, false), connection(2, true)]

it('a choice survives being a value, whatever is in the name of its model', () => {
  for (const model of ['a model/with space', null]) {
    expect(wantedOf(valueOf({ connectionId: idOf(1), model }))).toEqual({ connectionId: idOf(1), model })
  }
  expect(wantedOf(null)).toEqual({ connectionId: null, model: null })
})

it('for everybody only what everybody can use is offered', () => {
  const groups = (whose: 'own' | 'instance') =>
    choicesOf(both, [[], []], { whose, current: null }).map(({ group }) => group)
  expect(groups('own')).toEqual(['Engine 1', 'Engine 2'])
  expect(groups('instance')).toEqual(['Engine 2'])
})

it('what is chosen is offered also while its engine cannot be asked', () => {
  const current = { connectionId: idOf(1), model: 'gone' }
  const [group] = choicesOf(both, [[], []], { whose: 'own', current })
  expect(group?.items.map(({ label }) => label)).toEqual(['Engine 1: its default', 'gone'])
})
