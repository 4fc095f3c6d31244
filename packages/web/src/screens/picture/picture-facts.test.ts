import { describe, expect, it } from 'vitest'
import { imageOf } from '#data/__fixtures__/records.ts'
import { neighboursOf } from './neighbours.ts'
import { factsOf } from './picture-facts.ts'

const unknown = { engine: null, model: null }

describe('factsOf', () => {
  it('tells what was really sent, and nothing twice', () => {
    const facts = factsOf(
      imageOf(1, { parameters: { steps: 20, seed: 7, outputFormat: 'webp', nested: {}, empty: null } }),
      unknown,
    )
    const table = Object.fromEntries(facts.map(({ name, value }) => [name, value]))
    expect(table).toMatchObject({
      Size: '1024 × 768',
      Seed: '7',
      Steps: '20',
      'Output format': 'webp',
      File: 'PNG, 1.3 MB',
    })
    expect(Object.keys(table)).not.toContain('Nested')
    expect(facts.filter(({ name }) => name === 'Seed')).toHaveLength(1)
  })

  it('names engine and model as people know them, where that is known', () => {
    const image = imageOf(1, { provider: 'openai', generationModel: 'gpt-image-1' })
    const named = (labels: Parameters<typeof factsOf>[1]) =>
      factsOf(image, labels)
        .slice(0, 2)
        .map(({ value }) => value)
    expect(named({ engine: 'OpenAI', model: 'GPT Image 1' })).toEqual(['GPT Image 1', 'OpenAI'])
    expect(named(unknown)).toEqual(['gpt-image-1', 'openai'])
  })

  it('leaves out what is not known', () => {
    const names = factsOf(imageOf(1, { seed: null, generationModel: null, provider: null }), unknown).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['Size', 'File', 'Made', 'Name'])
  })
})

describe('neighboursOf', () => {
  it('is null at the ends and for a stranger', () => {
    const list = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
    expect(neighboursOf(list, 'b')).toEqual({ previous: 'a', next: 'c' })
    expect(neighboursOf(list, 'a').previous).toBeNull()
    expect(neighboursOf(list, 'x')).toEqual({ previous: null, next: null })
  })
})
