import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ImageFilter } from '@easel/contract'
import { sql } from 'kysely'
import { newId } from '#base/ids.ts'
import { openLibrary, type Library } from '../testing.ts'

let library: Library
let user: string
beforeAll(async () => {
  library = await openLibrary()
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

let minute = 0
const label = (tagId: string) => ({ tagType: 'LABEL' as const, tagId })

/** A picture a minute older than the one before; its name is its prompt. */
async function keep(prompt: string, changes: Parameters<Library['keep']>[1] = {}): Promise<string> {
  const createdAt = new Date(Date.UTC(2026, 5, 15) - (minute += 1) * 60_000).toISOString()
  return (await library.keep(user, { prompt, createdAt, model: null, provider: null, seed: null, ...changes })).record
    .id
}

async function find(q: string, more: object = {}): Promise<string[]> {
  const { data } = await library.images.list(user, { limit: 50, ...ImageFilter.parse({ q, ...more }) })
  return data.map(({ generationPrompt }) => generationPrompt ?? '')
}

describe('LB22: words', () => {
  it('are found anywhere, inside others, without capitals and accents', async () => {
    await keep('a red fox')
    await keep('Ein Füchslein')
    await keep('campfire at night')
    await keep('狐の森')
    expect(await find('FOX')).toEqual(['a red fox'])
    expect(await find('fuchs')).toEqual(['Ein Füchslein'])
    expect(await find('fire night')).toEqual(['campfire at night'])
    expect(await find('狐の森')).toEqual(['狐の森'])
    expect(await find('狐')).toEqual(['狐の森'])
    expect(await find('dog')).toEqual([])
    expect(await find('-fox -fire')).toEqual(['Ein Füchslein', '狐の森'])
  })

  it('of one or two letters begin a word; quoted ones stand whole and in order', async () => {
    await keep('an ox and a fox')
    await keep('foxes and an oxcart')
    await keep('a lone fox')
    expect(await find('ox')).toEqual(['an ox and a fox', 'foxes and an oxcart'])
    expect(await find('"fox"')).toEqual(['an ox and a fox', 'a lone fox'])
    expect(await find('"and a fox"')).toEqual(['an ox and a fox'])
    expect(await find('"fox and"')).toEqual([])
    expect(await find('"!?"')).toEqual([])
  })

  it('are those of title, notes, description, tags, model, file name and the name it was uploaded by', async () => {
    const id = await keep('one', {
      tags: [label('harbour')],
      model: 'flux-schnell',
      filename: 'quokka.png',
      parameters: { originalFilename: 'DSC_1234.PNG' },
    })
    await library.db
      .updateTable('images')
      .set({ title: 'Lighthouse', notes: 'print it', description: 'waves' })
      .where('id', '=', id)
      .execute()
    for (const word of ['harbour', 'schnell', 'quokka', 'dsc_1234', 'lighthouse', 'print', 'waves'])
      expect(await find(word), word).toEqual(['one'])
    await sql`delete from image_tags where image_id = ${id}`.execute(library.db)
    expect(await find('harbour')).toEqual([])
  })

  it('mean themselves where they look like wildcards', async () => {
    await keep('100% wool')
    await keep('100 sheep')
    expect(await find('100%')).toEqual(['100% wool'])
    expect(await find('1_0')).toEqual([])
  })
})

describe('LB20: filters', () => {
  it('hold together, typed and as parameters', async () => {
    await keep('a', {
      width: 1920,
      height: 1080,
      model: 'm1',
      provider: 'openai',
      seed: 7,
      source: 'upload',
      tags: [label('Fox'), { tagType: 'THEME', tagId: '42' }],
    })
    await keep('b', {
      width: 1024,
      height: 1024,
      model: 'm1',
      provider: 'xai',
      seed: 8,
      source: 'import',
      tags: [label('fox')],
    })
    await keep('c', {
      width: 768,
      height: 1152,
      model: 'm2',
      provider: 'xai',
      source: 'generated',
      createdAt: '2025-03-04T10:00:00.000Z',
    })
    expect(await find('model:m1')).toEqual(['a', 'b'])
    expect(await find('provider:xai model:m1')).toEqual(['b'])
    expect(await find('provider:xai', { model: 'm2' })).toEqual(['c'])
    expect(await find('seed:7')).toEqual(['a'])
    expect(await find('tag:fox')).toEqual(['b'])
    expect(await find('tag:FOX')).toEqual(['a', 'b'])
    expect(await find('tag:theme/42 tag:Fox')).toEqual(['a'])
    expect(await find('-tag:theme/42')).toEqual(['b', 'c'])
    expect(await find('', { tagType: 'THEME' })).toEqual(['a'])
    expect(await find('tag:hen')).toEqual([])
    expect(await find('ratio:16:9')).toEqual(['a'])
    expect(await find('ratio:2:3')).toEqual(['c'])
    expect(await find('ratio:square')).toEqual(['b'])
    expect(await find('ratio:portrait')).toEqual(['c'])
    expect(await find('size:>=1152')).toEqual(['a', 'c'])
    expect(await find('size:1024x1024')).toEqual(['b'])
    expect(await find('source:upload')).toEqual(['a'])
    expect(await find('before:2026')).toEqual(['c'])
    expect(await find('after:2025-03-05')).toEqual(['a', 'b'])
    expect(await find('after:2025-03-04 before:2025-03-05')).toEqual(['c'])
    const at = (await library.images.list(user, { limit: 1 })).data[0]?.createdAt
    expect(await find('', { before: at })).toEqual(['b', 'c'])
    expect(await find('', { after: at })).toEqual(['a'])
    // Of several filters an index has, some are looked at in each picture.
    expect(await find('tag:fox source:upload is:favourite')).toEqual([])
    expect(await find('', { source: 'upload', model: 'no such model' })).toEqual([])
  })

  it('know stars, hearts, albums and the trash', async () => {
    const a = await keep('a')
    const b = await keep('b')
    const c = await keep('c')
    const { details, albums } = library.collections
    await details.update(user, a, { rating: 5 })
    await details.update(user, b, { rating: 3, favourite: true })
    const album = await albums.create(user, { name: 'My best' })
    await albums.add(user, album.id, [c, b, a])
    expect(await find('rating:4')).toEqual(['a'])
    expect(await find('rating:3')).toEqual(['a', 'b'])
    expect(await find('is:favourite')).toEqual(['b'])
    expect(await find('-is:favourite')).toEqual(['a', 'c'])
    expect(await find('in:"my best" rating:3')).toEqual(['a', 'b'])
    expect(await find('', { album: album.id, sort: 'album' })).toEqual(['a', 'b', 'c'])
    expect(await find('in:nowhere')).toEqual([])
    await library.images.remove(user, b)
    expect(await find('is:favourite')).toEqual([])
    expect(await find('is:favourite in:trash')).toEqual(['b'])
  })

  it('LB14: an album is read in its own order, in pages', async () => {
    const ids = [await keep('a'), await keep('b'), await keep('c'), await keep('d')]
    const { albums } = library.collections
    const { id } = await albums.create(user, { name: 'Ordered' })
    await albums.add(user, id, ids)
    await albums.order(user, id, { imageIds: [ids[3] ?? '', ids[1] ?? ''], before: ids[0] ?? '' })
    const seen: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = await library.images.list(user, { limit: 3, cursor, album: id, sort: 'album' })
      seen.push(...page.data.map(({ generationPrompt }) => generationPrompt ?? ''))
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    expect(seen).toEqual(['d', 'b', 'a', 'c'])
  })
})

describe('a large library', () => {
  /** Pictures by the thousand: row by row they would take minutes. */
  async function fill(count: number, prompt: string): Promise<void> {
    await sql`
      insert into images (id, user_id, filename, storage_key, source, mime_type, bytes, width, height, sha256, crc32, prompt, history_second, history_number, created_at)
      select gen_random_uuid(), ${user}::uuid, ${newId()} || number, ${newId()} || number, 'import', 'image/png', 1, 16, 16, 'x', 0,
        ${prompt} || ' ' || number, ${newId()}, number, timestamptz '2026-01-02T00:00:00Z' - number * interval '1 second'
      from generate_series(1, ${count}::integer) as number`.execute(library.db)
  }

  async function all(q: string): Promise<number> {
    const seen = new Set<string>()
    let count = 0
    for (let cursor: string | undefined, pages = 0; ; pages += 1) {
      const page = await library.images.list(user, { limit: 200, cursor, q })
      for (const { id } of page.data) seen.add(id)
      count += page.data.length
      expect(pages).toBeLessThan(100)
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    expect(seen.size).toBe(count)
    return count
  }

  it(
    'LB23, LB25: finds what is rare, what is common and what is far down, each once',
    { timeout: 120_000 },
    async () => {
      await fill(2500, 'boat')
      await fill(2500, 'goat')
      expect(await all('boat')).toBe(2500)
      expect(await all('oat')).toBe(5000)
      expect(await all('"goat 2500"')).toBe(1)
      expect(await all('"2499"')).toBe(2)
      expect(await all('-boat')).toBe(2500)
      expect(await all('nothing')).toBe(0)
      expect(await library.images.count(user, {})).toEqual({ count: 5000, more: false })
      expect(await library.images.count(user, { q: 'goat' })).toEqual({ count: 2000, more: true })
      expect(await library.images.count(user, { q: '"goat 2400"' })).toEqual({ count: 1, more: false })
      expect(await library.images.count(user, { q: 'tag:none' })).toEqual({ count: 0, more: false })
    },
  )

  it('LB23: finds a picture once that has several of the tags that are meant, and those of a word that few have', async () => {
    await fill(1200, 'boat')
    const tags = [label('Fox'), label('fox')]
    await keep('last', { createdAt: '2020-01-01T00:00:00.000Z', tags })
    await keep('last but one', { createdAt: '2020-01-02T00:00:00.000Z', tags })
    expect(await all('tag:FOX')).toBe(2)
    expect(await find('last')).toEqual(['last but one', 'last'])
    expect(await find('last tag:FOX -one')).toEqual(['last'])
    expect(await find('tag:FOX is:favourite')).toEqual([])
  })

  it('LB23: finds the one picture of a frequent word that the filters leave', async () => {
    await fill(1200, 'boat')
    const size = { width: 1920, height: 1080 }
    await keep('a wide boat', { createdAt: '2020-01-01T00:00:00.000Z', source: 'import', ...size })
    expect(await all('boat source:import ratio:landscape')).toBe(1)
    expect(await all('boat ratio:landscape')).toBe(1)
    expect(await find('wide source:import ratio:landscape')).toEqual(['a wide boat'])
  })

  it('LB23: finds matches that end where the newest pictures end', async () => {
    await fill(5000, 'goat')
    await sql`update images set prompt = 'fox' where user_id = ${user} and history_number in (1, 2, 3, 400, 401, 4400, 4999)`.execute(
      library.db,
    )
    expect(await all('fox')).toBe(7)
    expect(await all('-goat')).toBe(7)
    expect(await library.images.count(user, { q: 'fox' })).toEqual({ count: 7, more: false })
  })

  it('LB24: is in the order of rank where that is asked for, in pages', async () => {
    await keep('a fox')
    await keep('fox fox fox')
    await keep('a fox and a fox')
    await keep('a hen')
    const seen: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = await library.images.list(user, { limit: 2, cursor, q: 'fox', sort: 'rank' })
      seen.push(...page.data.map(({ generationPrompt }) => generationPrompt ?? ''))
      if (page.nextCursor === null) break
      cursor = page.nextCursor
    }
    expect(seen).toEqual(['fox fox fox', 'a fox and a fox', 'a fox'])
  })
})
