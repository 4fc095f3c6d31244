import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factsOfSidecar, parseOldLibrary } from './old-libraries.ts'
import { ImageFacts } from './uploads.ts'

const base64 = 'iVBORw0KGgo='

describe('an old browser’s pictures', () => {
  it('TR30: contract A’s history is read with its settings', () => {
    const item = {
      id: '20240102030405',
      timestamp: '2024-01-02T03:04:05.123456',
      image: base64,
      settings: { model: 'flux', prompt: 'ein Fuchs 🦊', seed: 10 ** 12, width: 512, height: 768, steps: 12 },
    }
    expect(parseOldLibrary(JSON.stringify([item]))).toEqual([
      {
        file: { base64 },
        filename: null,
        record: {
          prompt: 'ein Fuchs 🦊',
          model: 'flux',
          seed: 10 ** 12,
          parameters: { steps: 12, width: 512, height: 768 },
          createdAt: new Date(2024, 0, 2, 3, 4, 5, 123).toISOString(),
          source: 'import',
        },
      },
    ])
    const { timestamp: _, ...untimed } = item
    expect(parseOldLibrary([untimed])[0]?.record.createdAt).toBe(new Date(2024, 0, 2, 3, 4, 5).toISOString())
  })

  it('TR30: contract C’s saved array is read, by address or with the bytes in it', () => {
    const one = {
      imageUrl: '/uploads/images/user-1/1700000000000-generated.png',
      filename: 'a.png',
      prompt: 'fox',
      timestamp: 1_700_000_000_000,
    }
    const two = { url: `data:image/png;base64,${base64}`, prompt: 'dog', timestamp: '2023-11-14T22:13:20.000Z' }
    expect(parseOldLibrary({ images: [one, two] })).toEqual([
      {
        file: { url: one.imageUrl },
        filename: 'a.png',
        record: { prompt: 'fox', createdAt: '2023-11-14T22:13:20.000Z', source: 'import' },
      },
      {
        file: { dataUrl: two.url },
        filename: null,
        record: { prompt: 'dog', createdAt: '2023-11-14T22:13:20.000Z', source: 'import' },
      },
    ])
  })

  it('TR30: contract D’s saved array is read', () => {
    const item = {
      image_url: 'http://localhost:8888/images/original_x.png',
      description: 'a red fox',
      refined_prompt: 'a red fox in the snow, detailed',
      prompt: 'fox',
      aspectRatio: '16:9',
    }
    expect(parseOldLibrary([item])).toEqual([
      {
        file: { url: item.image_url },
        filename: null,
        record: {
          prompt: 'fox',
          revisedPrompt: item.refined_prompt,
          description: 'a red fox',
          parameters: { aspectRatio: '16:9' },
          source: 'import',
        },
      },
    ])
  })

  it('TR30: leaves junk out and takes the rest', () => {
    const junk = [
      null,
      7,
      'x',
      [],
      {},
      { image: '<svg/>', settings: {} },
      { image: base64 },
      { imageUrl: 'javascript:alert(1)' },
      { url: 'blob:http://localhost/1' },
      { url: '//evil.example/a.png' },
      { url: '/\\evil.example/a.png' },
      { image_url: 'file:///etc/passwd' },
      { url: `https://example.com/${'x'.repeat(3000)}` },
    ]
    expect(
      parseOldLibrary([...junk, { url: '/a.png', seed: 'x', timestamp: 'yesterday', prompt: 'a\0b\ud800' }]),
    ).toEqual([{ file: { url: '/a.png' }, filename: null, record: { prompt: 'ab\ufffd', source: 'import' } }])
    for (const none of ['', '{', 'null', '{"images": 7}', undefined, 0]) expect(parseOldLibrary(none)).toEqual([])
  })

  it('TR30: whatever is there, what comes out can be sent', () => {
    const keys = [
      'image',
      'settings',
      'imageUrl',
      'url',
      'image_url',
      'prompt',
      'timestamp',
      'id',
      'seed',
      'parameters',
      'tags',
      'createdAt',
    ]
    const item = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(
        fc.jsonValue(),
        fc.string({ unit: 'binary' }),
        fc.constantFrom('/a.png', base64, -1, 1e300, '99999999999999'),
      ),
    )
    fc.assert(
      fc.property(fc.oneof(fc.array(item), fc.jsonValue(), fc.string()), (value) => {
        for (const { file, record } of parseOldLibrary(value)) {
          expect(ImageFacts.safeParse(record).success).toBe(true)
          expect(Object.keys(file).length).toBe(1)
        }
        ImageFacts.parse(factsOfSidecar(value))
      }),
      { numRuns: 50 },
    )
  })
})

describe('the record beside a picture', () => {
  it('TR31: keeps what fits of an Easel’s record, and what contract A wrote', () => {
    const tags = [{ tagType: 'LABEL', tagId: 'x' }]
    expect(
      factsOfSidecar({
        easel: 1,
        id: 'x',
        prompt: 'fox',
        negativePrompt: null,
        seed: 2 ** 53,
        parameters: { steps: 20, deep: { a: [1] } },
        tags: [...tags, { tagType: 'NONE', tagId: 'y' }, 7],
        createdAt: '2024-01-02T03:04:05.000Z',
        source: 'generated',
      }),
    ).toEqual({
      prompt: 'fox',
      parameters: { steps: 20, deep: { a: [1] } },
      tags,
      createdAt: '2024-01-02T03:04:05.000Z',
      source: 'import',
    })
    expect(factsOfSidecar({ id: '20240102030405', settings: { prompt: 'fox', seed: 7, steps: 12 } })).toMatchObject({
      prompt: 'fox',
      seed: 7,
      parameters: { steps: 12 },
      createdAt: new Date(2024, 0, 2, 3, 4, 5).toISOString(),
    })
  })
})
