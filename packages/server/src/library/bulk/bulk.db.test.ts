import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BulkAction, Selection, Tag } from '@easel/contract'
import { openLibrary, type Library } from '../testing.ts'
import { createBulks } from './bulk.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

const label = (tagId: string): Tag => ({ tagType: 'LABEL', tagId })
const bulks = () => library.collections.bulks

/** Starts an action and waits for its end. */
async function run(action: BulkAction, selection: Selection) {
  const { id } = await bulks().start(user, { action, selection })
  await expect.poll(async () => (await bulks().get(user, id)).state, { timeout: 60_000 }).not.toBe('running')
  return await bulks().get(user, id)
}

async function undo(id: string) {
  await bulks().undo(user, id)
  await expect.poll(async () => (await bulks().get(user, id)).state, { timeout: 60_000 }).toBe('undone')
}

describe('LB30: a bulk action', () => {
  it('goes over all that a search finds, without a list of them', { timeout: 120_000 }, async () => {
    for (let number = 0; number < 104; number++) await library.keep(user, { prompt: number % 2 === 0 ? 'fox' : 'hen' })
    const stranger = await library.addUser()
    const { record: theirs } = await library.keep(stranger, { prompt: 'fox' })
    expect(await run({ type: 'tag', tags: [label('red')] }, { search: { q: 'fox' } })).toMatchObject({
      seen: 52,
      changed: 52,
    })
    expect(await run({ type: 'trash' }, { search: {} })).toMatchObject({ seen: 104, changed: 104 })
    expect((await library.images.get(stranger, theirs.id)).tags).toEqual([])
    expect(await run({ type: 'restore' }, { search: { tagId: 'red' } })).toMatchObject({ changed: 52 })
    expect(await run({ type: 'erase' }, { search: {} })).toMatchObject({ state: 'done', changed: 52 })
    expect(await library.images.count(user, {})).toEqual({ count: 52, more: false })
    expect(await library.images.count(user, { trash: true })).toEqual({ count: 0, more: false })
  })

  it('does nothing to what is not the caller’s, or not there', async () => {
    const stranger = await library.addUser()
    const { record } = await library.keep(stranger)
    for (const action of [{ type: 'trash' }, { type: 'favourite', favourite: true }, { type: 'erase' }] as const) {
      expect(await run(action, { ids: [record.id] })).toMatchObject({ seen: 1, changed: 0 })
    }
    expect(await library.images.get(stranger, record.id)).toMatchObject({ favourite: false })
  })

  it('is gone on with after the process that began it is gone', async () => {
    const ids: string[] = []
    for (let number = 0; number < 3; number++) ids.push((await library.keep(user)).record.id)
    const first = createBulks({ ...library, sidecars: library.collections.sidecars })
    await first.close()
    const { id, state } = await first.start(user, { action: { type: 'rate', rating: 3 }, selection: { ids } })
    expect(state).toBe('running')
    await bulks().resume()
    expect(await bulks().get(user, id)).toMatchObject({ state: 'done', changed: 3 })
  })

  it('LB31: is undone but for what was changed since, and forgotten in time', async () => {
    const { record: one } = await library.keep(user)
    const { record: two } = await library.keep(user)
    const { id } = await run({ type: 'rate', rating: 5 }, { ids: [one.id, two.id] })
    await library.collections.details.update(user, two.id, { rating: 1 })
    await undo(id)
    expect([(await library.images.get(user, one.id)).rating, (await library.images.get(user, two.id)).rating]).toEqual([
      0, 1,
    ])
    const erased = await run({ type: 'erase' }, { search: {} })
    await expect(bulks().undo(user, erased.id)).rejects.toMatchObject({ code: 'conflict' })
    await bulks().prune(new Date(Date.now() + 1000))
    await expect(bulks().get(user, id)).rejects.toMatchObject({ code: 'not-found' })
  })
})
