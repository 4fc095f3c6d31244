import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { StorageError } from '#storage/spec/storage.ts'
import { puttingBy } from '#storage/spec/testing.ts'
import { historySecond } from './history-id.ts'
import { Sidecar, sidecarKey } from './image-record.ts'
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

describe('keeping a picture', () => {
  it('LB1: file, sidecar, row and event say the same', async () => {
    const tags = [{ tagType: 'LABEL', tagId: 'Füchse 🦊' }] as const
    const { kept, record, bytes, key } = await library.keep(user, { tags: [...tags], revisedPrompt: 'ein "Fuchs"\n' })
    expect(kept).toBe('kept')
    expect(key).toBe(
      `images/user-${user}/${record.createdAt.slice(0, 4)}/${record.createdAt.slice(5, 7)}/${record.filename}`,
    )
    expect(await library.storage.read(key)).toEqual(Buffer.from(bytes))
    const sidecar = Sidecar.parse(
      JSON.parse(Buffer.from(present(await library.storage.read(sidecarKey(key)), 'sidecar')).toString()),
    )
    expect(sidecar).toEqual({ easel: 1, ...record })
    expect(JSON.stringify(sidecar)).not.toContain(user)

    const image = await library.images.get(user, record.id)
    expect(image).toMatchObject({
      filepath: key,
      size: record.bytes,
      sha256: record.sha256,
      seed: record.seed,
      parameters: record.parameters,
      generationPrompt: record.prompt,
      revisedPrompt: record.revisedPrompt,
      createdAt: record.createdAt,
      tags,
      damage: null,
      thumbhash: null,
    })
    expect((await library.row(record.id))?.crc32).toBe(record.crc32)
    expect(await library.eventsOf(user)).toEqual([{ type: 'image.added', imageId: record.id, generationId: null }])
  })

  it('LB1: sidecar and file are there when the transaction begins', async () => {
    const seen: string[][] = []
    const { key } = await library.keep(user, {}, async () => {
      seen.push(await library.keys(`images/user-${user}`))
      return []
    })
    expect(seen).toEqual([[key, sidecarKey(key)]])
  })

  it('gives up as a whole when what belongs to it cannot be written', async () => {
    const { kept, record, key } = await library.keep(user, {}, async () => null)
    expect(kept).toBe('given-up')
    expect(await library.row(record.id)).toBeUndefined()
    expect(await library.keys(`images/user-${user}`)).toEqual([])
    expect(await library.eventsOf(user)).toEqual([])
    expect(await library.storage.stat(key)).toBeNull()
  })

  it('a second picture of the same place leaves the first as it is and nothing of its own', async () => {
    const generationId = await library.addGeneration(user)
    const first = await library.keep(user, { generationId, generationIndex: 0, prompt: 'first' })
    const second = await library.keep(user, { generationId, generationIndex: 0, prompt: 'second' })
    expect([first.kept, second.kept]).toEqual(['kept', 'there-already'])
    expect(await library.keys(`images/user-${user}`)).toEqual([first.key, sidecarKey(first.key)])
    expect(await library.storage.read(first.key)).toEqual(Buffer.from(first.bytes))
    expect(await library.row(second.record.id)).toBeUndefined()
    expect(await library.eventsOf(user)).toHaveLength(1)
  })

  it('twenty of the same place at once: one is kept', async () => {
    const generationId = await library.addGeneration(user)
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, at) => library.keep(user, { generationId, generationIndex: 3, prompt: `${at}` })),
    )
    expect(all.filter(({ kept }) => kept === 'kept')).toHaveLength(1)
    expect(await library.keys(`images/user-${user}`)).toHaveLength(2)
  })

  it('a name that is taken loses neither picture', async () => {
    const first = await library.keep(user, { filename: 'same.png', prompt: 'first' })
    await expect(library.keep(user, { filename: 'same.png', prompt: 'second' })).rejects.toThrow('already')
    expect(await library.storage.read(first.key)).toEqual(Buffer.from(first.bytes))
    const sidecar = await library.storage.read(sidecarKey(first.key))
    expect(Buffer.from(sidecar ?? []).toString()).toContain(first.record.id)
  })

  it('leaves nothing behind when the disk is full', async () => {
    const storage = puttingBy(library.storage, async (key, bytes) => {
      if (key.endsWith('.png')) throw new StorageError('full', 'No space')
      await library.storage.put(key, bytes)
    })
    const bytes = png()
    await expect(
      keepImage({ ...library, storage }, { userId: user, bytes, record: recordOf(bytes) }),
    ).rejects.toMatchObject({ fault: 'full' })
    expect(await library.keys(`images/user-${user}`)).toEqual([])
  })

  it('keeps the file for the sweep when the database fails', async () => {
    const failing = library.keep(user, {}, async () => {
      throw new Error('Connection terminated')
    })
    await expect(failing).rejects.toThrow('Connection terminated')
    expect(await library.keys(`images/user-${user}`)).toHaveLength(2)
  })
})

describe('LB7: ids of contract A', () => {
  it('are the second, then _2, _3', async () => {
    const createdAt = '2026-05-04T03:02:01.500Z'
    const second = historySecond(new Date(createdAt))
    const ids: string[] = []
    for (let made = 0; made < 3; made++) ids.push((await library.keep(user, { createdAt })).record.id)
    const found = await Promise.all(
      [second, `${second}_2`, `${second}_3`, `${second}_4`, `${second}_1`].map((id) =>
        library.images.byHistoryId(user, id),
      ),
    )
    expect(found.map((row) => row?.id)).toEqual([...ids, undefined, undefined])
    const other = await library.addUser()
    const { record } = await library.keep(other, { createdAt })
    expect((await library.images.byHistoryId(other, second))?.id).toBe(record.id)
  })

  it('are never given twice, also to twenty at once', async () => {
    const createdAt = '2026-06-05T04:03:02.000Z'
    await Promise.all(Array.from({ length: 20 }, () => library.keep(user, { createdAt })))
    const rows = await library.db.selectFrom('images').where('user_id', '=', user).select('history_number').execute()
    const numbers = rows.map(({ history_number: number }) => number).toSorted((a, b) => a - b)
    expect(numbers).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
  })

  it('stay given while a picture is in the trash', async () => {
    const createdAt = '2026-07-05T04:03:02.000Z'
    const first = await library.keep(user, { createdAt })
    await library.images.remove(user, first.record.id)
    const second = await library.keep(user, { createdAt })
    expect((await library.row(second.record.id))?.history_number).toBe(2)
    expect(await library.images.byHistoryId(user, historySecond(new Date(createdAt)))).toBeNull()
  })
})

describe('LB10: tags', () => {
  it('are one and the same for the same type and id, and each user’s own', async () => {
    const fox = { tagType: 'LABEL', tagId: 'fox' } as const
    const theme = { tagType: 'THEME', tagId: 'fox' } as const
    const first = await library.keep(user, { tags: [fox, theme, fox] })
    const second = await library.keep(user, { tags: [fox] })
    const other = await library.addUser()
    await library.keep(other, { tags: [fox] })
    const tags = await library.db.selectFrom('tags').where('user_id', '=', user).selectAll().execute()
    expect(tags).toHaveLength(2)
    expect((await library.images.get(user, first.record.id)).tags).toEqual([fox, theme])
    expect((await library.images.get(user, second.record.id)).tags).toEqual([fox])
    const tagged = await library.images.list(user, { limit: 10, tagType: 'LABEL', tagId: 'fox' })
    expect(tagged.data.map(({ id }) => id)).toEqual([second.record.id, first.record.id])
  })

  it('come together from many pictures at once, in any order', async () => {
    const names = Array.from({ length: 8 }, (_, at) => ({ tagType: 'LABEL' as const, tagId: `t${at}` }))
    await Promise.all(
      Array.from({ length: 12 }, (_, at) => library.keep(user, { tags: at % 2 === 0 ? names : names.toReversed() })),
    )
    expect(await library.db.selectFrom('tags').where('user_id', '=', user).select('id').execute()).toHaveLength(8)
    for (const image of (await library.images.list(user, { limit: 50 })).data) expect(image.tags).toHaveLength(8)
  })
})
