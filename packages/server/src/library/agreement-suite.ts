// Any sequence of what people do leaves pictures, counts, sidecars and files in agreement with a simple model. Real database, real files.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { openLibrary, type Library } from './testing.ts'
import { applyStep, emptyModel, isExplained, stateOf, type Model, type Outcome, type Step } from './testing/model.ts'
import { albums, disorderly, most, numbered, orderly, pictures, sequence } from './testing/plans.ts'
import { openWorld } from './testing/world.ts'

interface Runs {
  /** Sequences of one client. */
  readonly alone: number
  /** Plans of several clients at once. */
  readonly together: number
}

function firstModel(): Model {
  const model = emptyModel(albums)
  for (let number = 0; number < pictures; number++) applyStep(model, 0, { type: 'keep', number, tags: [] })
  return model
}

export function describeAgreement({ alone, together }: Runs): void {
  describe('a library and a model of it', () => {
    let library: Library
    beforeAll(async () => {
      library = await openLibrary()
    })
    afterAll(() => library.close())

    const open = () => openWorld(library, { pictures, most, albums })
    const timeout = 20_000 + (alone + together) * 5000

    it('LB6, LB10–LB14, LB26, LB30, LB31: agree after any sequence', { timeout }, async () => {
      await fc.assert(
        fc.asyncProperty(sequence, async (plan) => {
          const world = await open()
          const client = world.client()
          const model = firstModel()
          const told: (readonly [Step, Outcome])[] = []
          const wanted: (readonly [Step, Outcome])[] = []
          for (const step of numbered(plan, pictures, most)) {
            told.push([step, await client.do(step)])
            wanted.push([step, applyStep(model, 0, step)])
          }
          expect(told).toEqual(wanted)
          const { anyOrder, ...state } = stateOf(model)
          expect(await world.state(anyOrder)).toEqual(state)
          await world.expectAgreement()
        }),
        { numRuns: alone },
      )
    })

    it('LB12, LB30, LB31: clients at once do what they could have done one after the other', { timeout }, async () => {
      await fc.assert(
        fc.asyncProperty(orderly, async (plans) => {
          const world = await open()
          const told = await Promise.all(
            plans.map(async (plan) => {
              const client = world.client()
              const done: (readonly [Step, Outcome])[] = []
              for (const step of plan) done.push([step, await client.do(step)])
              return done
            }),
          )
          await world.expectAgreement()
          const exact = await world.state()
          const states = new Map<string, unknown>([['', exact]])
          for (const set of [[0], [1], [0, 1]]) states.set(set.join(''), await world.state(new Set(set)))
          const fits = (model: Model) => {
            const { anyOrder, ...state } = stateOf(model)
            try {
              expect(states.get([...anyOrder].toSorted((a, b) => a - b).join(''))).toEqual(state)
              return true
            } catch {
              return false
            }
          }
          expect(isExplained(firstModel(), told, fits), JSON.stringify({ told, exact })).toBe(true)
        }),
        { numRuns: together },
      )
    })

    it('LB1, LB11, LB12, LB26, LB32: agree with themselves, whatever clients do at once', { timeout }, async () => {
      await fc.assert(
        fc.asyncProperty(disorderly, async (plans) => {
          const world = await open()
          const share = Math.floor((most - pictures) / plans.length)
          await Promise.all(
            plans.map(async (plan, at) => {
              const client = world.client()
              const first = pictures + at * share
              for (const step of numbered(plan, first, first + share)) await client.do(step)
            }),
          )
          await world.expectAgreement()
        }),
        { numRuns: together },
      )
    })
  })
}
