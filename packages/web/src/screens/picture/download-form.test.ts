import { PictureForm } from '@easel/contract'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { formats, formOf, noteOf } from './download-form.ts'

const wishes = fc.record({
  format: fc.constantFrom(...formats.map(({ value }) => value)),
  quality: fc.option(fc.integer({ min: 1, max: 100 })),
  longestSide: fc.option(fc.integer({ min: 0, max: 100_000 })),
  prompt: fc.boolean(),
})

it('TR65: sends nothing that the server would refuse, whatever was chosen before', () => {
  fc.assert(
    fc.property(wishes, (wish) => {
      expect(PictureForm.parse(formOf(wish))).toEqual(formOf(wish))
    }),
  )
})

it('says in each case what becomes of the file', () => {
  const all = formats.flatMap(({ value }) =>
    [true, false].flatMap((prompt) =>
      [true, false].map((many) => noteOf({ format: value, prompt, quality: null, longestSide: null }, many)),
    ),
  )
  expect(new Set(all).size).toBe(7)
})
