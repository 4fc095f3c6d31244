import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { probe } from '#media/probe.ts'
import { encodePng } from '#providers/spec/png-codec.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { createDerivatives } from './derivatives.ts'
import { storageKey, thumbnailKey } from './image-record.ts'
import { keepImage } from './keep.ts'
import { openLibrary, png, recordOf, type Library } from './testing.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

/** A PNG whose chunks and checksums are right and whose pixels are not: the compressed data is that of a smaller picture. */
function hollow(width: number, height: number): Uint8Array {
  const small = encodePng(new Uint8Array(8 * 8 * 4).fill(200), 8, 8)
  const large = encodePng(new Uint8Array(width * height * 4).fill(200), width, height)
  const header = 8 + 25
  return Buffer.concat([large.subarray(0, header), small.subarray(header)])
}

async function keep(bytes: Uint8Array, width: number, height: number) {
  const record = recordOf(bytes, { width, height })
  await keepImage(library, { userId: user, bytes, record })
  const key = storageKey(user, record.createdAt, record.filename)
  return { id: record.id, userId: user, storageKey: key }
}

const rowOf = async (id: string) => present(await library.row(id), 'row')

/** Counts how often the original is read and the thumbnail is stored. */
function counting() {
  const count = { reads: 0, puts: 0 }
  const storage: Storage = {
    ...library.storage,
    async read(key) {
      if (key.startsWith('images/')) count.reads += 1
      return await library.storage.read(key)
    },
    async put(key, bytes) {
      count.puts += 1
      await library.storage.put(key, bytes)
    },
  }
  return { count, derivatives: createDerivatives({ ...library, storage }) }
}

describe('LB8: after a picture was saved', () => {
  it('its thumbnail is made, and it is told', async () => {
    const bytes = png('wide', 640, 320)
    const image = await keep(bytes, 640, 320)
    library.derivatives.made(image, bytes)
    await expect.poll(async () => (await rowOf(image.id)).derived_at).not.toBeNull()
    const row = await rowOf(image.id)
    expect(Buffer.from(row.thumbhash ?? '', 'base64').length).toBeGreaterThan(10)
    const thumbnail = present(await library.storage.read(thumbnailKey(image.id, 320)), 'thumbnail')
    expect(probe(thumbnail)).toMatchObject({ mimeType: 'image/webp', width: 320, height: 160 })
    expect(await library.eventsOf(user)).toContainEqual({ type: 'image.changed', imageId: image.id })
    expect(row.damage).toBeNull()
  })

  it('one whose pixels cannot be decoded is marked as damaged, and the others go on', async () => {
    const bad = hollow(400, 300)
    const damaged = await keep(bad, 400, 300)
    const sound = await keep(png(), 16, 16)
    library.derivatives.made(damaged, bad)
    library.derivatives.made(sound, png())
    await expect.poll(async () => (await rowOf(sound.id)).thumbhash).not.toBeNull()
    await expect.poll(async () => (await rowOf(damaged.id)).damage).not.toBeNull()
    expect((await library.images.get(user, damaged.id)).damage).toContain('cannot be decoded')
    expect(await library.storage.stat(thumbnailKey(damaged.id, 320))).toBeNull()
    expect(await library.derivatives.thumbnail(await rowOf(damaged.id), 320)).toBeNull()
  })

  it('a crash leaves nothing undone for long', async () => {
    const images = [await keep(png('a'), 16, 16), await keep(png('b'), 16, 16), await keep(hollow(64, 64), 64, 64)]
    const lost = await keep(png('c'), 16, 16)
    await rm(join(library.folder, lost.storageKey))
    await library.derivatives.catchUp()
    const rows = await Promise.all([...images, lost].map(({ id }) => rowOf(id)))
    expect(rows.map(({ derived_at: time }) => time !== null)).toEqual([true, true, true, true])
    expect(rows.map(({ damage }) => damage === null)).toEqual([true, true, false, false])
    expect(rows[3]?.damage).toBe('The file is missing.')
    const told = (await library.eventsOf(user)).length
    await library.derivatives.catchUp()
    expect(await library.eventsOf(user)).toHaveLength(told)
  })

  it('a picture that is named twice is made once', async () => {
    const { count, derivatives } = counting()
    const busy = await keep(png('busy', 800, 800), 800, 800)
    const image = await keep(png('twice'), 16, 16)
    for (const one of [busy, image, image, image]) derivatives.made(one, png())
    await derivatives.catchUp()
    expect(count.puts).toBe(2)
    await derivatives.close()
  })
})

describe('LB9: a thumbnail that is missing', () => {
  it('is made once for twenty who ask at a time, then it is there', async () => {
    const image = await keep(png('wide', 640, 320), 640, 320)
    const { count, derivatives } = counting()
    const row = await rowOf(image.id)
    const all = await Promise.all(Array.from({ length: 20 }, () => derivatives.thumbnail(row, 320)))
    expect(count).toEqual({ reads: 1, puts: 1 })
    for (const bytes of all) expect(bytes).toEqual(all[0])
    expect(await derivatives.thumbnail(row, 320)).toEqual(all[0])
    expect(count).toEqual({ reads: 1, puts: 1 })
    // Thrown away below `derived`, it is made again.
    await library.storage.delete(thumbnailKey(image.id, 320))
    expect(await counting().derivatives.thumbnail(row, 320)).toEqual(all[0])
    await derivatives.close()
  })

  it('with 1280 pixels is made of larger pictures only', async () => {
    const large = await keep(png('large', 1600, 400), 1600, 400)
    const small = await keep(png('small', 1280, 100), 1280, 100)
    const { count, derivatives } = counting()
    const made = await Promise.all(
      Array.from({ length: 5 }, async () => derivatives.thumbnail(await rowOf(large.id), 1280)),
    )
    expect(probe(made[0] ?? new Uint8Array())).toMatchObject({ width: 1280, height: 320, mimeType: 'image/webp' })
    expect(count).toEqual({ reads: 1, puts: 1 })
    expect(await derivatives.thumbnail(await rowOf(small.id), 1280)).toBeNull()
    expect(count).toEqual({ reads: 1, puts: 1 })
    await derivatives.close()
  })

  it('of a damaged picture is not made, and the picture is marked', async () => {
    for (const size of [320, 1280] as const) {
      const image = await keep(hollow(1500, 1500), 1500, 1500)
      expect(await library.derivatives.thumbnail(await rowOf(image.id), size)).toBeNull()
      expect((await rowOf(image.id)).damage).toContain('cannot be decoded')
    }
  })
})

it('what waits when the process ends is left for the next start', async () => {
  const { derivatives } = counting()
  const images = await Promise.all(Array.from({ length: 6 }, (_, at) => keep(png(`${at}`, 500, 500), 500, 500)))
  for (const image of images) derivatives.made(image, png('x', 500, 500))
  await derivatives.close()
  const rows = await Promise.all(images.map(({ id }) => rowOf(id)))
  expect(rows.filter(({ derived_at: time }) => time !== null).length).toBeLessThan(6)
  await library.derivatives.catchUp()
  for (const { id } of images) expect((await rowOf(id)).thumbhash).not.toBeNull()
})
