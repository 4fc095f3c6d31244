import { expect, it } from 'vitest'
import { imageOf } from '#data/__fixtures__/records.ts'
import { differencesOf } from './settings-diff.ts'

it('lists the settings in which two pictures differ, and nothing of their files', () => {
  const first = imageOf(1, { seed: 7, parameters: { steps: 20, sampler: 'Euler' }, negativePrompt: 'fog' })
  const second = imageOf(2, { seed: 8, parameters: { steps: 20 }, generationPrompt: 'a fox', size: 3 })
  expect(differencesOf(first, second)).toEqual([
    { name: 'Prompt', first: 'a lighthouse', second: 'a fox' },
    { name: 'Negative prompt', first: 'fog', second: null },
    { name: 'Seed', first: '7', second: '8' },
    { name: 'Sampler', first: 'Euler', second: null },
  ])
  expect(differencesOf(first, { ...first, id: second.id, filename: 'x.png' })).toEqual([])
})
