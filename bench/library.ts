// A library of a million pictures, read as its pages do: lists, searches, counts and the timeline, on both databases.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { newId } from '../packages/server/src/base/ids.ts'
import { openLog } from '../packages/server/src/base/log.ts'
import type { Database, Db } from '../packages/server/src/db/database.ts'
import { migrate } from '../packages/server/src/db/migrate.ts'
import { openPglite } from '../packages/server/src/db/pglite.ts'
import { openPostgres } from '../packages/server/src/db/postgres.ts'
import { listRows, type ImageQuery } from '../packages/server/src/library/image-list.ts'
import { encodeCursor } from '../packages/server/src/library/list-cursor.ts'
import { countImages } from '../packages/server/src/library/search/search.ts'
import { createTimelines } from '../packages/server/src/library/timeline.ts'
import { startPostgres } from '../tools/test-setup/postgres-server.ts'
import { p95, p99, times as timesOn } from './database-time.ts'
import { report } from './figures.ts'

const chunk = 20_000
const firstDay = '2016-01-01T00:00:00Z'
const days = 3600
/** One day has a tenth of everything. */
const fullDay = '2024-02-29T00:00:00Z'

interface Filled {
  readonly database: Database
  readonly db: Db
  readonly userId: string
  /** Somebody else's, with a tenth as many pictures. */
  readonly other: string
  /** Somebody's with a few thousand; what is rare there is frequent next door. */
  readonly small: string
  readonly count: number
}

const inSmall = 3000

/** Pictures of one user, or of another one; words from a vocabulary of 3,000, the first of them in every second prompt. */
const insert = (userId: string, from: number, to: number) => `
  insert into images (id, user_id, filename, storage_key, source, mime_type, bytes, width, height, sha256, crc32, thumbhash, prompt, model,
    provider, seed, favourite, rating, history_second, history_number, created_at)
  select gen_random_uuid(), '${userId}'::uuid, 'picture-' || n || '.png', '${userId}' || '/' || n, (array['generated', 'upload', 'import'])[1 + n % 3], 'image/png',
    1000000, 1024, (array[1024, 768, 1536, 576])[1 + n % 4], md5(n::text), n, encode(sha256(n::text::bytea), 'base64'),
    case when n % 2 = 0 then 'portrait ' else '' end || 'of w' || to_hex(hashint4(n) & 2047) || 'x and w' || to_hex(hashint4(n + 7) & 4095) || 'y under a '
      || (array['clear', 'stormy', 'golden', 'misty', 'crimson'])[1 + n % 5] || ' sky, highly detailed, number' || n,
    (array['gpt-image-2', 'flux-schnell', 'sdxl', 'imagen'])[1 + n % 4], (array['openai', 'comfyui'])[1 + n % 2], n,
    n % 97 = 0, case when n % 50 = 0 then 1 + n % 5 else 0 end, n::text, 1,
    case when n % 10 = 0 then timestamptz '${fullDay}' + (n % 86000) * interval '1 second' + (n / 86000 % 1000) * interval '1 millisecond'
    else timestamptz '${firstDay}' + (n % ${days}) * interval '1 day' + (n / ${days} * 40) * interval '1 second' end
  from generate_series(${from}, ${to}) as n`

/** Indexes without which a table is filled sooner; made again at the end they are as they would be. */
async function takeIndexes({ boss }: Database): Promise<readonly string[]> {
  const { rows } = await boss.executeSql(`
    select indexname as name, indexdef as made from pg_indexes
    where tablename in ('images', 'image_words', 'image_tags') and indexdef not like '%UNIQUE%'`)
  const indexes = rows.map(({ name, made }) => ({ name: String(name), made: String(made) }))
  for (const { name } of indexes) await boss.executeSql(`drop index ${name}`)
  return indexes.map(({ made }) => made)
}

/** Filled as the triggers would, but all at once. */
async function fill(database: Database, count: number): Promise<Filled> {
  const { db, boss } = database
  const run = (text: string) => boss.executeSql(text)
  const userId = newId()
  const other = newId()
  const small = newId()
  for (const id of [userId, other, small])
    await db.insertInto('users').values({ id, name: 'Bench', role: 'user' }).execute()
  const indexes = await takeIndexes(database)
  await run(`alter table images disable trigger user`)
  await run(`alter table image_tags disable trigger image_tags_come`)
  for (const [owner, total] of [
    [userId, count],
    [other, count / 10],
    [small, inSmall],
  ] as const) {
    for (let from = 1; from <= total; from += chunk) await run(insert(owner, from, Math.min(total, from + chunk - 1)))
    await run(
      `insert into tags (id, user_id, tag_type, tag_id) select gen_random_uuid(), '${owner}'::uuid, 'LABEL', 'tag ' || n from generate_series(1, 20) as n`,
    )
    // The first tag is on every third picture, each further one on fewer.
    for (let n = 1; n <= 20; n++) {
      await run(`insert into image_tags (image_id, tag) select images.id, tags.id from images, tags
        where images.user_id = '${owner}' and tags.user_id = '${owner}' and tags.tag_id = 'tag ${n}' and images.seed % ${n * n * 3} = 0`)
    }
  }
  await run(`alter table image_tags enable trigger image_tags_come`)
  await run(`alter table images enable trigger user`)
  await run(`update tags set images = (select count(*) from image_tags where tag = tags.id)`)
  await run(`update images set prompt = replace(prompt, 'portrait', 'study') where user_id = '${small}' and seed > 4`)
  for (let from = 1; from <= count; from += chunk) {
    await run(`select follow_words(array(select id from images where seed between ${from} and ${from + chunk - 1}))`)
  }
  for (const made of indexes) await run(made)
  await run(`
    insert into timeline_buckets (user_id, day, starts_at, starts_id, images, revision)
    select user_id, (created_at at time zone 'utc')::date, date_trunc('day', created_at, 'utc'), '00000000-0000-0000-0000-000000000000', count(*), nextval('timeline_revisions')
    from images group by 1, 2, 3`)
  await run(`select timeline_split(array_agg(distinct user_id)) from timeline_buckets where images > 1000`)
  await run(`vacuum analyze`)
  return { database, db, userId, other, small, count }
}

/** Measures it; what it needs is there. */
const times = (database: Database, work: (round: number) => Promise<unknown>) =>
  timesOn(
    database,
    async () => null,
    (_, round) => work(round),
  )

async function benchLists({ database, db, userId, count }: Filled): Promise<void> {
  const filters: Readonly<Record<string, Partial<ImageQuery>>> = {
    'no filter': {},
    favourite: { favourite: true },
    upload: { source: 'upload' },
    'one model': { model: 'sdxl' },
    'a tag of a third': { tagId: 'tag 1' },
    'a rare tag': { tagId: 'tag 20' },
    'two that many have, together none': { model: 'sdxl', provider: 'comfyui' },
    'a tag and a model': { tagId: 'tag 2', model: 'sdxl' },
    'upload, portrait, favourite': { source: 'upload', favourite: true, ratio: 'portrait' },
  }
  for (const [name, filter] of Object.entries(filters)) {
    for (const [where, part] of [
      ['top', 0],
      ['middle', 0.5],
      ['end', 0.995],
    ] as const) {
      const place = (round: number) =>
        db
          .selectFrom('images')
          .select(['id', 'created_at'])
          .where('user_id', '=', userId)
          .where('deleted_at', 'is', null)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc')
          .offset(Math.min(count - 100, Math.floor(part * count)) + round)
          .limit(1)
          .executeTakeFirstOrThrow()
      const found = await timesOn(database, place, ({ created_at: time, id }) =>
        listRows(db, userId, { limit: 60, ...filter, cursor: part === 0 ? undefined : encodeCursor(time, id) }),
      )
      report(`  60 at the ${where}, ${name}`, p99(found), 'p99 ≤ 10 ms')
    }
  }
}

async function benchSearches({ database, db, userId, count }: Filled): Promise<void> {
  const hex = (round: number) => ((round * 97) % 2048).toString(16)
  const searches: Readonly<Record<string, (round: number) => string>> = {
    'a word in every second': () => 'portrait',
    'a word in every fifth': () => 'crimson',
    'a word in a thousandth': (round) => `w${hex(round)}x`,
    'part of a word': (round) => `${hex(round)}x`.padStart(3, 'w'),
    'one picture': (round) => `number${count - round * 11}`,
    nothing: (round) => `nosuchword${round}`,
    'two words': (round) => `crimson w${hex(round)}x`,
    'a phrase': (round) => `"stormy sky" w${hex(round)}x`,
    'without a word': () => 'portrait -crimson',
    'a word and filters': () => 'crimson is:favourite ratio:3:2',
  }
  for (const [name, q] of Object.entries(searches)) {
    const listed = await times(database, (round) => listRows(db, userId, { limit: 60, q: q(round) }))
    report(`  search, ${name}`, p95(listed), 'p95 ≤ 100 ms')
    const ranked = await times(database, (round) => listRows(db, userId, { limit: 60, q: q(round), sort: 'rank' }))
    report(`    by rank`, p95(ranked))
    const counted = await times(database, (round) => countImages(db, userId, { q: q(round) }))
    report(`    counted`, p95(counted))
  }
}

/** What is rare in one's own library and frequent in others'. */
async function benchNeighbours({ database, db, other, small }: Filled): Promise<void> {
  for (const [name, userId, q] of [
    ['a tenth as many pictures, a rare word', other, 'w3fx'],
    ['a tenth as many pictures, nothing', other, 'nosuchword'],
    ['a few, and a word that others have often', small, 'portrait'],
    ['a few, and two such words', small, 'portrait crimson'],
    ['a few, a word in every fifth', small, 'crimson'],
  ] as const) {
    const listed = await times(database, () => listRows(db, userId, { limit: 60, q }))
    report(`  search, ${name}`, p95(listed), 'p95 ≤ 100 ms')
  }
}

async function benchTimeline({ database, db, userId }: Filled): Promise<void> {
  const timelines = createTimelines(db)
  report('  all bucket counts', p99(await times(database, () => timelines.buckets(userId))), '≤ 50 ms')
  const { key, images } = await timelines.buckets(userId)
  const full = key.filter((_, index) => (images[index] ?? 0) > 900)
  let most = 0
  const read = await times(database, async (round) => {
    const bucket = await (await timelines.open(userId, full[(round * 13) % full.length] ?? key[0] ?? '')).read()
    most = Math.max(most, gzipSync(JSON.stringify(bucket)).length)
  })
  report(
    '  one full bucket, compressed by the measurement',
    `${p95(read)}, ${Math.round(most / 1024)} KB`,
    'p95 ≤ 20 ms, ≤ 300 KB',
  )
}

async function benchOn(database: Database, count: number): Promise<void> {
  await migrate(database)
  const from = performance.now()
  const filled = await fill(database, count)
  report(
    `${database.kind}: ${Math.round(count * 1.1)} pictures, one tenth somebody else's`,
    `filled in ${Math.round((performance.now() - from) / 1000)} s`,
  )
  await benchLists(filled)
  await benchSearches(filled)
  await benchNeighbours(filled)
  await benchTimeline(filled)
  await database.close()
}

export async function benchLibraryOnPglite(count = 1_000_000): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  try {
    await benchOn(await openPglite(join(folder, 'db')), count)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function benchLibraryOnPostgres(count = 1_000_000): Promise<void> {
  const postgres = await startPostgres()
  try {
    await benchOn(await openPostgres(postgres.url, openLog('error')), count)
  } finally {
    await postgres.stop()
  }
}

export async function benchLibrary(count?: number): Promise<void> {
  await benchLibraryOnPglite(count)
  await benchLibraryOnPostgres(count)
}
