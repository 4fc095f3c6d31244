import { Generation } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { idOf } from './__fixtures__/records.ts'
import { isPending, optimisticGeneration } from './optimistic.ts'

describe('optimistic generation', () => {
  const card = optimisticGeneration(
    {
      request: { prompt: 'p', size: '1024x768', connectionId: idOf(1), model: 'm', n: 2 },
      key: 'k',
      connectionName: 'Sketcher',
      provider: 'sketch',
      model: 'm',
    },
    0,
  )

  it('has the form of a real one, with the request but not where it is sent', () => {
    expect(Generation.omit({ id: true }).parse(card)).toMatchObject({ state: 'queued', width: 1024, height: 768 })
    expect(card.request).toEqual({ prompt: 'p', size: '1024x768', n: 2 })
  })

  it('sorts above every real one and is told from them', () => {
    expect(card.id > 'ffffffff-ffff-7fff-8fff-ffffffffffff').toBe(true)
    expect(isPending(card.id)).toBe(true)
    expect(isPending(idOf(1))).toBe(false)
  })
})
