import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { embedMetadata } from '#media/embed.ts'
import { probe } from '#media/probe.ts'
import { readMetadata } from '#media/read-metadata.ts'
import { openPixels } from '#media/sharp.ts'
import { openMemoryStorage } from '#storage/memory/storage.ts'
import { storageKey, type ImageRow } from './image-record.ts'
import { createPngCopies } from './png-copy.ts'

const rgba = { data: new Uint8Array(40 * 30 * 4).fill(120), width: 40, height: 30, channels: 4 } as const
const picture = (format: 'png' | 'webp' | 'jpeg' | 'gif' | 'avif') => openPixels(rgba).toFormat(format).toBuffer()
const createdAt = '2026-01-02T03:04:05.006Z'

/** A storage with one picture in it, and how often its files were read and written. */
async function openWith(bytes: Uint8Array, changes: Partial<ImageRow> = {}) {
  const memory = openMemoryStorage()
  const count = { reads: 0, puts: 0 }
  const storage: typeof memory = {
    ...memory,
    read: (key) => {
      count.reads += 1
      return memory.read(key)
    },
    put: (key, content) => {
      count.puts += 1
      return memory.put(key, content)
    },
  }
  const { mimeType, extension, width, height } = probe(bytes)
  const filename = `picture.${extension}`
  const user = randomUUID()
  const row: ImageRow = {
    id: randomUUID(),
    user_id: user,
    generation_id: null,
    generation_index: null,
    filename,
    storage_key: storageKey(user, createdAt, filename),
    source: 'generated',
    typed_prompt: null,
    mime_type: mimeType,
    bytes: bytes.length,
    width,
    height,
    sha256: 'a'.repeat(64),
    crc32: 1,
    thumbhash: null,
    derived_at: null,
    damage: null,
    prompt: 'a harbour at night',
    revised_prompt: null,
    negative_prompt: 'people',
    description: null,
    model: 'model-1',
    provider: 'engine',
    seed: 99,
    parameters: { steps: 8, guidance: 2.5 },
    parent_id: null,
    history_second: '20260102030405',
    history_number: 1,
    created_at: new Date(createdAt),
    deleted_at: null,
    erasing: false,
    title: null,
    notes: null,
    favourite: false,
    rating: 0,
    revision: 0,
    sidecar_due: false,
    sidecar_claimed: null,
    ...changes,
  }
  await memory.put(row.storage_key, bytes)
  return { storage, row, count, copies: createPngCopies({ storage, log: pino({ level: 'silent' }) }) }
}

describe('the PNG of a picture', () => {
  it('HS15: is its own file when it is one', async () => {
    const { copies, row, count } = await openWith(await picture('png'))
    expect(await copies.of(row)).toEqual({ storageKey: row.storage_key, size: row.bytes, version: row.sha256 })
    expect(count).toEqual({ reads: 0, puts: 0 })
  })

  it('HS15: is made once, however many ask at a time and later', async () => {
    const { copies, row, count, storage } = await openWith(await picture('webp'))
    const files = await Promise.all(Array.from({ length: 5 }, () => copies.of(row)))
    const again = await createPngCopies({ storage, log: pino({ level: 'silent' }) }).of(row)
    expect(new Set([...files, again].map((file) => JSON.stringify(file))).size).toBe(1)
    expect(count).toEqual({ reads: 1, puts: 1 })
    expect(again?.version).not.toBe(row.sha256)
    const bytes = present(await storage.read(present(again, 'the copy').storageKey), 'its bytes')
    expect(probe(bytes)).toMatchObject({ mimeType: 'image/png', width: 40, height: 30 })
    expect(bytes.length).toBe(again?.size)
  })

  async function metadataOf(bytes: Uint8Array, changes: Partial<ImageRow> = {}) {
    const { copies, row, storage } = await openWith(bytes, changes)
    const file = present(await copies.of(row), 'the copy')
    return readMetadata(present(await storage.read(file.storageKey), 'its bytes'))
  }

  it('HS15: says word for word what its original says', async () => {
    const story = { ai: false, prompt: 'drawn by rules', width: 40, height: 30, model: 'rules' }
    const original = embedMetadata(await picture('jpeg'), story)
    const { parameters, digitalSourceType } = await metadataOf(original)
    expect(parameters).toBe(readMetadata(original).parameters)
    expect(digitalSourceType).toMatch(/\/algorithmicMedia$/)
  })

  it.each(['gif', 'avif'] as const)('HS15: says what is known of it where %s holds no texts', async (format) => {
    const { parameters, digitalSourceType } = await metadataOf(await picture(format))
    expect(parameters).toBe(
      'a harbour at night\nNegative prompt: people\nSteps: 8, CFG scale: 2.5, Seed: 99, Size: 40x30, Model: model-1, Version: Easel',
    )
    expect(digitalSourceType).toMatch(/\/trainedAlgorithmicMedia$/)
  })

  it('HS15: claims nothing of an upload that says nothing', async () => {
    const nothing = { source: 'upload', prompt: null, model: null } as const
    expect(await metadataOf(await picture('webp'), nothing)).toMatchObject({
      parameters: null,
      digitalSourceType: null,
    })
  })

  it('HS15: is null when the original is gone or damaged, and the next one is made all the same', async () => {
    const sound = await picture('webp')
    const gone = await openWith(sound)
    await gone.storage.delete(gone.row.storage_key)
    expect(await gone.copies.of(gone.row)).toBeNull()

    const { copies, row, storage } = await openWith(sound)
    await storage.put(row.storage_key, sound.subarray(0, sound.length - 20))
    const other = { ...row, id: randomUUID(), storage_key: `${row.storage_key}.2` }
    await storage.put(other.storage_key, sound)
    const [broken, whole] = await Promise.all([copies.of(row), copies.of(other)])
    expect(broken).toBeNull()
    expect(whole?.size).toBeGreaterThan(0)
  })
})
