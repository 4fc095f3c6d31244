// What clients may do to a library of the model, drawn by lot.
import fc from 'fast-check'
import type { Action, Step } from './model.ts'

/** Numbers of pictures: those that are there from the beginning, and those that come later or never. */
export const pictures = 4
export const most = 9
export const albums = 2

const number = fc.nat(pictures + 1)
const numbers = fc.uniqueArray(number, { minLength: 1, maxLength: 5 })
const album = fc.nat(albums - 1)
const name = fc.constantFrom('fox', 'hen', 'owl')
const names = fc.uniqueArray(name, { minLength: 1 })

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('tag' as const, 'untag' as const), tags: names }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('album-add' as const, 'album-remove' as const), album }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('favourite' as const), favourite: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('rate' as const), rating: fc.nat(5) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('trash' as const, 'restore' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('erase' as const) }) },
)

/** Each is one transaction: clients at once do them in some order. */
const whole: fc.WeightedArbitrary<Step>[] = [
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('change' as const), number, favourite: fc.boolean(), rating: fc.nat(5) }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('tag' as const, 'untag' as const), number, tags: names }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('trash' as const, 'restore' as const), number }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constantFrom('album-add' as const, 'album-remove' as const), album, numbers }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('album-order' as const),
      album,
      numbers,
      before: fc.option(number, { nil: null, freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('album-delete' as const), album }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant('bulk' as const), action, numbers }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('undo' as const), back: fc.nat(2) }) },
]

/** Several transactions: others may do something in between. */
const parts: fc.WeightedArbitrary<Step>[] = [
  { weight: 2, arbitrary: fc.record({ type: fc.constant('keep' as const), number: fc.constant(-1), tags: names }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('tag-rename' as const), from: name, to: name }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('tag-delete' as const), from: name }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('bulk-search' as const), action, tag: name }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('expire' as const) }) },
]

/** Gives each picture that comes a number that none has; there are only so many. */
export function numbered(plan: readonly Step[], first: number, last: number): readonly Step[] {
  let next = first
  return plan.flatMap((step): Step[] => {
    if (step.type !== 'keep') return [step]
    return next < last ? [{ ...step, number: next++ }] : []
  })
}

export const sequence = fc.array(fc.oneof(...whole, ...parts), { minLength: 1, maxLength: 25, size: 'max' })
const few = (steps: readonly fc.WeightedArbitrary<Step>[], maxLength: number) =>
  fc.array(fc.oneof(...steps), { minLength: 1, maxLength, size: 'max' })

/** A few clients that do whole things. */
export const orderly = fc.array(few(whole, 3), { minLength: 2, maxLength: 3 })
/** More clients that do anything. */
export const disorderly = fc.array(few([...whole, ...parts], 6), { minLength: 2, maxLength: 5 })
