import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { checkComplete } from './complete.ts'
import { derive } from './derive.ts'
import { digest } from './digest.ts'
import { embedMetadata } from './embed.ts'
import { MediaError } from './media-error.ts'
import { probe } from './probe.ts'
import { readMetadata } from './read-metadata.ts'
import { animation, picture, story } from './testing.ts'

let samples: Buffer[]

beforeAll(async () => {
  const plain = await Promise.all([
    picture(20, 12, 4).png().toBuffer(),
    picture(20, 12).jpeg().toBuffer(),
    picture(20, 12).jpeg({ progressive: true }).toBuffer(),
    picture(20, 12).webp().toBuffer(),
    picture(20, 12, 4).webp({ lossless: true }).toBuffer(),
    animation(20, 12).webp().toBuffer(),
    animation(20, 12).gif().toBuffer(),
    picture(20, 12).avif({ effort: 0 }).toBuffer(),
  ])
  samples = [...plain, ...plain.map((bytes) => Buffer.from(embedMetadata(bytes, story)))]
})

const steps: readonly ((bytes: Uint8Array) => unknown)[] = [
  probe,
  checkComplete,
  digest,
  readMetadata,
  (bytes) => embedMetadata(bytes, story),
]

/** Runs every step; anything thrown that is no MediaError fails the test. */
function take(bytes: Uint8Array): void {
  for (const step of steps) {
    try {
      step(bytes)
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
    }
  }
}

describe('hostile bytes', () => {
  it('ME16: every beginning of a file is refused as such', () => {
    for (const bytes of samples) {
      for (let length = 0; length < bytes.length; length++) {
        const beginning = bytes.subarray(0, length)
        take(beginning)
        expect(() => {
          probe(beginning)
          checkComplete(beginning)
        }).toThrow(MediaError)
      }
    }
  })

  it('ME16: random bytes are taken or refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), take), { numRuns: 500 })
  })

  it('ME16: random bytes behind a true beginning are taken or refused', () => {
    const beginning = fc.tuple(fc.nat(), fc.nat(200))
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 300 }), ([which, length], rest) => {
        const sample = samples[which % samples.length] ?? Buffer.alloc(0)
        take(Buffer.concat([sample.subarray(0, length), rest]))
      }),
      { numRuns: 2000 },
    )
  })

  const change = fc.record({ at: fc.nat(), value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)) })

  it('ME16: changed files are taken or refused', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(change, { minLength: 1, maxLength: 8 }), (which, changes) => {
        const bytes = Buffer.from(samples[which % samples.length] ?? [])
        for (const { at, value } of changes) bytes[at % bytes.length] = value
        take(bytes)
      }),
      { numRuns: 5000 },
    )
  })

  it('ME16: a file with a piece cut out, doubled or moved is taken or refused', () => {
    const cut = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.constantFrom('out', 'twice', 'last'))
    fc.assert(
      fc.property(cut, ([which, from, count, what]) => {
        const bytes = samples[which % samples.length] ?? Buffer.alloc(0)
        const start = from % bytes.length
        const end = Math.min(bytes.length, start + 1 + (count % 200))
        const [head, piece, tail] = [bytes.subarray(0, start), bytes.subarray(start, end), bytes.subarray(end)]
        const parts = { out: [head, tail], twice: [head, piece, piece, tail], last: [head, tail, piece] } as const
        take(Buffer.concat(parts[what]))
      }),
      { numRuns: 2000 },
    )
  })

  it('ME16: what the decoder makes of a changed file is a thumbnail or a MediaError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(change, { minLength: 1, maxLength: 4 }), async (which, changes) => {
        const bytes = Buffer.from(samples[which % samples.length] ?? [])
        for (const { at, value } of changes) bytes[at % bytes.length] = value
        const result = await derive(bytes).catch((error: unknown) => error)
        expect(
          result instanceof MediaError || (typeof result === 'object' && result !== null && 'thumbnail' in result),
        ).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
