// A library of `count` pictures beside others', made in minutes.
import { newId } from '../packages/server/src/base/ids.ts'
import type { Database, Db } from '../packages/server/src/db/database.ts'

const chunk = 20_000
const firstDay = '2016-01-01T00:00:00Z'
const days = 3600
/** One day has a tenth of everything. */
const fullDay = '2024-02-29T00:00:00Z'

export interface Filled {
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

/** Fills an empty database as the triggers would, but all at once. */
export async function fill(database: Database, count: number): Promise<Filled> {
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
