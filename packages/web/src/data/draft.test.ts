import { describe, expect, it } from 'vitest'
import { generationOf, imageOf } from './__fixtures__/records.ts'
import { Draft, draftFromGeneration, draftFromImage, emptyDraft, remembered } from './draft.ts'

describe('draft', () => {
  it('takes a generation back as it was asked for, with the seed that it got', () => {
    const request = {
      prompt: 'p',
      negativePrompt: 'fog',
      n: 4,
      aspectRatio: '16:9',
      steps: 30,
      options: { tiling: true },
    }
    const draft = draftFromGeneration(generationOf(1, { request, seed: 99 }))
    expect(draft).toMatchObject({ ...request, seed: 99, size: null, sources: [] })
    expect(Draft.parse(draft)).toEqual(draft)
  })

  it('takes a refined prompt back with the way to the typed one', () => {
    const request = { prompt: 'a fox', refinedPrompt: 'a red fox' }
    const { prompt, refinement } = draftFromGeneration(generationOf(1, { request }))
    expect([prompt, refinement]).toEqual(['a red fox', { typed: 'a fox', refined: 'a red fox' }])
  })

  it('keeps what an older version stored', () => {
    const { refinement: _refinement, ...older } = { ...emptyDraft, prompt: 'p' }
    expect(Draft.parse(older)).toEqual({ ...emptyDraft, prompt: 'p' })
  })

  it('keeps a seed that was asked for, also 0', () => {
    expect(draftFromGeneration(generationOf(1, { request: { prompt: 'p', seed: 0 }, seed: 5 })).seed).toBe(0)
  })

  it('reads what a picture says of itself and nothing of another kind', () => {
    const draft = draftFromImage(
      imageOf(1, { parameters: { steps: 25, guidance: '7', quality: 'high' }, negativePrompt: null }),
    )
    expect(draft).toMatchObject({
      prompt: 'a lighthouse',
      negativePrompt: '',
      size: '1024x768',
      seed: 7,
      steps: 25,
      guidance: null,
      quality: 'high',
    })
  })

  it('remembers each prompt once, the newest first, and not for ever', () => {
    expect(remembered(['b', 'a'], ' a ')).toEqual(['a', 'b'])
    const many = Array.from({ length: 60 }, (_, index) => `p${index}`)
    expect(remembered(many, 'new')).toHaveLength(50)
  })
})
