import { describe, expect, it } from 'vitest'
import { openLog } from '#base/log.ts'
import { outgoing } from '#media/outgoing.ts'
import { probe } from '#media/probe.ts'
import { talkativePng } from '#media/testing.ts'
import { openMemoryStorage } from '#storage/memory/storage.ts'
import { rowOf } from './testing.ts'
import { cardOf, createVariants, keptSide, sideForWidth, type VariantForm } from './variants.ts'

const sizes = [
  [1201, 1200],
  [1999, 1333],
  [2400, 3],
  [1234, 4321],
  [1501, 997],
  [800, 600],
] as const

const waits = { gone: new AbortController().signal, may: async () => {} }

describe.each(sizes)('a picture of %i × %i pixels', (width, height) => {
  const row = rowOf(width, height)
  const made = async (form: VariantForm) =>
    probe((await outgoing(await talkativePng('a fox', { width, height }), { ...form, prompt: false }, null)).bytes)

  it('SH22: has a card of the size that is told', async () => {
    const card = cardOf(row)
    expect(await made(card.form)).toMatchObject({ width: card.width, height: card.height })
  })

  it('SH23: is as wide as asked, never enlarged', async () => {
    for (const wanted of [320, 1280, 2560]) {
      const longestSide = sideForWidth(row, wanted, Infinity)
      // A picture that is very high can be a pixel off: what is asked of the encoder is its long side.
      const off = Math.abs((await made({ format: 'webp', longestSide })).width - Math.min(wanted, width))
      expect([wanted, off <= 1]).toEqual([wanted, true])
      expect(sideForWidth(row, wanted, keptSide)).toBeLessThanOrEqual(keptSide)
    }
  })
})

describe('variants', () => {
  it('SH23: are made once however many ask at once, and again by the next one where the first goes away', async () => {
    const storage = openMemoryStorage()
    const log = openLog('silent')
    let calls = 0
    const first = new AbortController()
    const variants = createVariants({
      storage,
      log,
      async make(_row, _form, gone) {
        calls += 1
        await new Promise((resolve) => setImmediate(resolve))
        gone.throwIfAborted()
        return { bytes: Buffer.from('webp'), mimeType: 'image/webp', extension: 'webp', filename: 'a.webp' }
      },
    })
    const row = rowOf(100, 100)
    const form = { format: 'webp', longestSide: 50 } as const
    const left = variants.bytes(row, form, { ...waits, gone: first.signal })
    const others = [1, 2, 3].map(() => variants.bytes(row, form, waits))
    first.abort()
    await expect(left).rejects.toThrow('aborted')
    for (const bytes of await Promise.all(others)) expect(Buffer.from(bytes).toString()).toBe('webp')
    expect(calls).toBe(2)
    await createVariants({ storage, log, make: () => Promise.reject(new RangeError('made again')) }).bytes(
      row,
      form,
      waits,
    )
  })
})
