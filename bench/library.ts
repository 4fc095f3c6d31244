// A library of a million pictures, read as its pages do: lists, searches, counts and the timeline, on both databases.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openLog } from '../packages/server/src/base/log.ts'
import type { Database } from '../packages/server/src/db/database.ts'
import { migrate } from '../packages/server/src/db/migrate.ts'
import { openPglite } from '../packages/server/src/db/pglite.ts'
import { openPostgres } from '../packages/server/src/db/postgres.ts'
import { listRows, type ImageQuery } from '../packages/server/src/library/image-list.ts'
import { encodeCursor } from '../packages/server/src/library/list-cursor.ts'
import { countImages } from '../packages/server/src/library/search/search.ts'
import { createTimelines } from '../packages/server/src/library/timeline.ts'
import { startPostgres } from '../tools/test-setup/postgres-server.ts'
import { p95, p99, rounds, times } from './database-time.ts'
import { report } from './figures.ts'
import { fill, type Filled } from './library-filling.ts'

/** A cursor for each round, each one picture further on than the one before. */
async function placesFrom({ db, userId, count }: Filled, part: number): Promise<string[]> {
  const places = await db
    .selectFrom('images')
    .select(['id', 'created_at'])
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .offset(Math.min(count - 100, Math.floor(part * count)))
    .limit(rounds)
    .execute()
  return places.map(({ created_at: time, id }) => encodeCursor(time, id))
}

async function benchLists(filled: Filled): Promise<void> {
  const { database, db, userId } = filled
  const starts = [
    ['top', []],
    ['middle', await placesFrom(filled, 0.5)],
    ['end', await placesFrom(filled, 0.995)],
  ] as const
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
    for (const [where, places] of starts) {
      const found = await times(database, (round) =>
        listRows(db, userId, { limit: 60, ...filter, cursor: places[round] }),
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
    'a word in every ninetieth': (round) => `number${100 + round * 11}`,
    'a word in a thousandth': (round) => `w${hex(round)}x`,
    'part of a word': (round) => `${hex(round)}x`.padStart(3, 'w'),
    'one picture': (round) => `number${count - round * 11}`,
    nothing: (round) => `nosuchword${round}`,
    'two that many have, together none': () => 'crimson stormy',
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

/** Everything, of a library that is there. */
async function measure(filled: Filled): Promise<void> {
  await benchLists(filled)
  await benchSearches(filled)
  await benchNeighbours(filled)
  await benchTimeline(filled)
}

async function benchOn(database: Database, count: number): Promise<void> {
  await migrate(database)
  const from = performance.now()
  const filled = await fill(database, count)
  report(
    `${database.kind}: ${Math.round(count * 1.1)} pictures, one tenth somebody else's`,
    `filled in ${Math.round((performance.now() - from) / 1000)} s`,
  )
  await measure(filled)
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
