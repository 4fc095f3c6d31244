// Records of an export, as they are told by somebody who may mean harm.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ImageFacts, LibraryRecords, type ExportedPicture, type PictureQuestion } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { recountUsage } from '#library/usage.ts'
import { createQuotas } from '#library/quotas.ts'
import { openLibrary, png, type Library } from '#library/testing.ts'
import { digest } from '#media/digest.ts'
import { readPromptPart } from '#prompts/read-part.ts'
import { createTransfer, type Transfer } from '../transfer.ts'
import { derivedId } from './derived-id.ts'
import { exportedGeneration } from './testing.ts'

let library: Library
let transfer: Transfer
const none = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }
const small = 4000
beforeAll(async () => {
  library = await openLibrary()
  const limits = { ...none, bytes: small, imagesADay: 1, atOnce: 1, moneyAMonth: 0.01 }
  const quotas = createQuotas({ db: library.db, defaults: () => ({ quota: limits, guestQuota: none }) })
  transfer = createTransfer({
    ...library,
    quotas,
    readPromptPart,
    temporaryFolder: `${library.folder}/tmp`,
    maxBytes: 1024 * 1024,
    minFreeBytes: 0,
    fetchPicture: async () => new Uint8Array(),
  })
})
afterAll(() => library.close())

const records = (userId: string, given: Partial<LibraryRecords>) =>
  transfer.takeBack.records(userId, LibraryRecords.parse(given), { mayName: false })

const generationRow = async (id: string) =>
  await library.db.selectFrom('generations').selectAll().where('id', '=', id).executeTakeFirst()

const parentOf = async (table: 'generations' | 'images', id: string) =>
  (await library.db.selectFrom(table).select('parent_id').where('id', '=', id).executeTakeFirstOrThrow()).parent_id

async function add(userId: string, bytes: Uint8Array, changes: Partial<ExportedPicture> = {}, facts: object = {}) {
  const exported = {
    id: newId(),
    filename: 'fox.png',
    source: 'generated',
    generationId: null,
    generationIndex: null,
    deletedAt: null,
    ...changes,
  }
  const file = await transfer.addImages.receive(bytes, 'body.file')
  return await transfer.addImages.add(userId, file, {
    filename: null,
    facts: ImageFacts.parse({ createdAt: '2026-11-01T10:00:00Z', ...facts, exported }),
  })
}

const question = (bytes: Uint8Array, changes: Partial<PictureQuestion> = {}): PictureQuestion => ({
  sha256: digest(bytes).sha256,
  id: null,
  generationId: null,
  generationIndex: null,
  ...changes,
})

describe('generations', () => {
  it('TR53: are history: no job, no call, no count of any limit, also when all is counted anew', async () => {
    const userId = await library.addUser()
    const states = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
    const generations = states.map((state) => exportedGeneration({ state, costAmount: 99, n: 10 }))
    const { generations: outcomes } = await records(userId, { generations })
    expect(outcomes).toEqual(generations.map(({ id }) => ({ outcome: 'taken', id, why: null })))
    const ids = generations.map(({ id }) => id)
    const rows = await library.db.selectFrom('generations').selectAll().where('id', 'in', ids).orderBy('id').execute()
    expect(rows.map(({ state }) => state)).toEqual(['failed', 'failed', 'succeeded', 'failed', 'cancelled'])
    for (const row of rows) {
      expect(row).toMatchObject({ job_id: null, connection_id: null, finished_at: expect.any(Date), cost_amount: 99 })
    }
    expect(rows[0]?.error).toMatchObject({ kind: 'interrupted' })
    expect(
      await library.db.selectFrom('generation_calls').selectAll().where('generation_id', 'in', ids).execute(),
    ).toEqual([])
    expect((await recountUsage(library.db)).corrected).toBe(0)
    const days = await library.db.selectFrom('usage_days').selectAll().where('user_id', '=', userId).execute()
    expect(days).toEqual([])
  })

  it('TR51: have an id of their own where somebody else has theirs, always the same', async () => {
    const [mine, theirs] = [await library.addUser(), await library.addUser()]
    const given = exportedGeneration({ resolvedPrompt: 'theirs' })
    await records(theirs, { generations: [given] })
    const before = await generationRow(given.id)
    const copy = { ...given, resolvedPrompt: 'mine' }
    const id = derivedId(given.id, [mine, 'generation'])
    expect((await records(mine, { generations: [copy] })).generations).toEqual([{ outcome: 'taken', id, why: null }])
    expect((await records(mine, { generations: [copy] })).generations).toEqual([{ outcome: 'there', id, why: null }])
    expect(await generationRow(given.id)).toEqual(before)
    expect(await generationRow(id)).toMatchObject({ user_id: mine, resolved_prompt: 'mine' })
  })

  it('TR52: that are there stay as they are, also twice in one list and at once', async () => {
    const userId = await library.addUser()
    const given = exportedGeneration()
    const other = { ...given, resolvedPrompt: 'another' }
    const all = await Promise.all([
      records(userId, { generations: [given, other] }),
      records(userId, { generations: [given, other] }),
    ])
    const outcomes = all.flatMap(({ generations }) => generations.map(({ outcome }) => outcome))
    expect(outcomes.toSorted()).toEqual(['taken', 'there', 'there', 'there'])
    expect(await generationRow(given.id)).toMatchObject({ resolved_prompt: given.resolvedPrompt })
  })

  it('TR50: have no time that is still to come', async () => {
    const userId = await library.addUser()
    const far = '9999-12-31T23:59:59.999Z'
    const given = exportedGeneration({ createdAt: far, startedAt: '0000-01-01T00:00:00Z', finishedAt: far })
    await records(userId, { generations: [given] })
    const row = await generationRow(given.id)
    expect(row?.created_at.getTime()).toBeLessThanOrEqual(Date.now())
    expect(row?.started_at).toEqual(new Date(0))
  })
})

describe('lineage', () => {
  it('TR51, TR54: is not set over the borders of a library, to oneself or in a circle', async () => {
    const [mine, theirs] = [await library.addUser(), await library.addUser()]
    const [a, b, c] = [exportedGeneration(), exportedGeneration(), exportedGeneration()]
    const foreign = exportedGeneration()
    await records(theirs, { generations: [foreign] })
    await records(mine, { generations: [a, b, c] })
    const link = (one: { id: string }, parent: { id: string }) =>
      ({ kind: 'generation', id: one.id, parentId: parent.id }) as const
    const { links } = await records(mine, {
      links: [link(a, foreign), link(foreign, a), link(a, a), link(b, a), link(c, b), link(a, c), link(b, c)],
    })
    expect(links.map(({ outcome }) => outcome)).toEqual([
      'refused',
      'refused',
      'refused',
      'taken',
      'taken',
      'refused',
      'there',
    ])
    expect([await parentOf('generations', a.id), await parentOf('generations', b.id)]).toEqual([null, a.id])
    expect(await parentOf('generations', foreign.id)).toBe(null)
  })
})

describe('pictures', () => {
  it('TR50: come back with id, name, source, words, stars, trash and place in their generation', async () => {
    const userId = await library.addUser()
    const given = exportedGeneration()
    await records(userId, { generations: [given] })
    const id = newId()
    const deletedAt = '2026-11-02T03:04:05.678Z'
    const bytes = png(newId())
    const changes = { id, filename: 'Old_name-1.png', generationId: given.id, generationIndex: 1, deletedAt }
    const words = { title: 'T', notes: 'N', description: 'D', favourite: true, rating: 4 }
    const { image } = await add(userId, bytes, changes, { prompt: '', parameters: { a: null }, ...words })
    expect(image).toMatchObject({
      ...words,
      id,
      filename: 'Old_name-1.png',
      source: 'generated',
      generationId: given.id,
      deletedAt,
      generationPrompt: '',
      parameters: { a: null },
    })
    expect(await library.eventsOf(userId)).toContainEqual({ type: 'image.deleted', imageId: id })
    expect((await add(userId, bytes, changes)).isNew).toBe(false)
    // The same bytes in another place are another picture of that generation.
    expect((await add(userId, bytes, { generationId: given.id, generationIndex: 0 })).isNew).toBe(true)
  })

  it('TR51: leave somebody else’s picture of that id, and its file, as they are', async () => {
    const [mine, theirs] = [await library.addUser(), await library.addUser()]
    const { record, key, bytes } = await library.keep(theirs)
    const before = await library.row(record.id)
    const own = png(newId())
    const { image } = await add(mine, own, { id: record.id, filename: record.filename })
    const id = derivedId(record.id, [mine, 'picture', digest(own).sha256])
    expect(image).toMatchObject({ id, filename: record.filename })
    expect((await records(mine, { pictures: [question(own, { id: record.id })] })).pictures).toEqual([
      { outcome: 'there', id, why: null },
    ])
    expect(await library.row(record.id)).toEqual(before)
    expect(Buffer.from((await library.storage.read(key)) ?? [])).toEqual(Buffer.from(bytes))
  })

  it('TR54: are refused in a place that another picture has, or whose generation is at work', async () => {
    const userId = await library.addUser()
    const given = exportedGeneration()
    await records(userId, { generations: [given] })
    const running = await library.addGeneration(userId)
    const foreign = await library.addGeneration(await library.addUser())
    await add(userId, png(newId()), { generationId: given.id, generationIndex: 0 })
    const rival = add(userId, png(newId()), { generationId: given.id, generationIndex: 0 })
    await expect(rival).rejects.toMatchObject({ code: 'validation-failed', message: /another picture 1/ })
    const early = add(userId, png(newId()), { generationId: running, generationIndex: 0 })
    await expect(early).rejects.toMatchObject({ code: 'validation-failed', message: /at work/ })
    // Of somebody else's generation nothing is known.
    const { image } = await add(userId, png(newId()), { generationId: foreign, generationIndex: 0 })
    expect(image.generationId).toBe(null)
    await library.db
      .updateTable('generations')
      .set({ state: 'failed', finished_at: new Date() })
      .where('id', 'in', [running, foreign])
      .execute()
  })

  it.each([
    '../fox.png',
    'a/b.png',
    'fox.html',
    '.png',
    'fox.png.json',
    'fo\u0000x.png',

    'a..\\b.png',
  ])('TR54: are refused with the name %j', async (filename) => {
    const userId = await library.addUser()
    await expect(add(userId, png(newId()), { filename })).rejects.toThrow('must be a plain name of a picture')
  })

  it('TR54: are refused with a name too long for a file', async () => {
    const added = add(await library.addUser(), png(newId()), { filename: `${'x'.repeat(300)}.png` })
    await expect(added).rejects.toThrow('<=200 characters')
  })

  it('TR53: count their bytes, and are refused over the quota', async () => {
    const userId = await library.addUser()
    const bytes = png(newId())
    let kept = 0
    const fill = async () => {
      for (;;) {
        await add(userId, png(newId()), {})
        kept += 1
      }
    }
    await expect(fill()).rejects.toMatchObject({ code: 'quota-exceeded' })
    expect(kept).toBeGreaterThan(0)
    expect(kept * bytes.length).toBeLessThanOrEqual(small)
    expect((await library.keys(`images/user-${userId}`)).length).toBe(kept * 2)
  })

  it('TR52: go on from a file that was saved when its row was not', async () => {
    const userId = await library.addUser()
    const bytes = png(newId())
    const id = newId()
    const { image } = await add(userId, bytes, { id })
    await library.db.deleteFrom('images').where('id', '=', id).execute()
    const again = await add(userId, bytes, { id })
    expect(again).toMatchObject({ isNew: true, image: { id, filepath: image.filepath } })
    expect((await library.keys(`images/user-${userId}`)).length).toBe(2)
  })

  it('TR50: have the usual name where another picture has theirs', async () => {
    const userId = await library.addUser()
    await add(userId, png(newId()))
    const { image } = await add(userId, png(newId()))
    expect(image.filename).toMatch(/^20261101-100000-[0-9a-f]{8}\.png$/)
  })
})
