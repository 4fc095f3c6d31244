// What an export says of everything that is no picture. No key, password, token or other secret is read here, but the names of
// links: rule TR23.
import { sql } from 'kysely'
import type { Tag } from '@easel/contract'
import type { Db } from '#db/database.ts'
import { sidecarOf, type ImageRow } from '#library/image-record.ts'
import { tagsOf } from '#library/tags.ts'

export interface ExportedImage {
  readonly row: ImageRow
  readonly tags: readonly Tag[]
}

const batch = 200
/** A list may be 200,000 characters long. */
const promptBatch = 20

/**
 * Every picture of a user, the trash included, each once: by filename, which never changes, so that what is thrown away or taken out
 * meanwhile is neither left out nor there twice.
 */
export async function* imagesOf(db: Db, userId: string): AsyncGenerator<readonly ExportedImage[], void, undefined> {
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('images').selectAll().where('user_id', '=', userId)
    if (last !== null) select = select.where('filename', '>', last)
    const rows: ImageRow[] = await select.orderBy('filename').limit(batch).execute()
    const tags = await tagsOf(
      db,
      rows.map(({ id }) => id),
    )
    yield rows.map((row) => ({ row, tags: tags.get(row.id) ?? [] }))
    last = rows.at(-1)?.filename ?? null
    if (last === null) return
  }
}

/** The library's record of a picture, as it is now; `easel import` and `Sidecar` read it. Albums tell themselves what is in them. */
export function recordText({ row, tags }: ExportedImage): string {
  const { albums: _, ...record } = sidecarOf(row, tags)
  return `${JSON.stringify(record, null, 2)}\n`
}

/** Every generation of a user as a line of JSON, the oldest first. */
export async function* generationLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('generations').where('user_id', '=', userId)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string }[] = await select
      .orderBy('id')
      .limit(batch)
      .select([
        'id',
        'state',
        'connection_name as connectionName',
        'provider',
        'model',
        'request',
        'adjustments',
        'tags',
      ])
      .select([
        'resolution',
        'resolved_prompt as resolvedPrompt',
        'revised_prompt as revisedPrompt',
        'n',
        'width',
        'height',
        'seed',
      ])
      .select(['error', 'cost_amount as costAmount', 'cost_currency as costCurrency', 'parent_id as parentId'])
      .select(['created_at as createdAt', 'started_at as startedAt', 'finished_at as finishedAt'])
      .select('fallback_from as fallbackFrom')
      .execute()
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    last = rows.at(-1)?.id ?? null
    if (last === null) return
  }
}

/** Every tag of a user as a line of JSON, also those that no picture has. */
export async function* tagLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('tags').where('user_id', '=', userId)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string; tagType: string; tagId: string }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'tag_type as tagType', 'tag_id as tagId'])
      .execute()
    yield rows.map(({ tagType, tagId }) => `${JSON.stringify({ tagType, tagId })}\n`).join('')
    last = rows.at(-1)?.id ?? null
    if (last === null) return
  }
}

/** Every album of a user as a line of JSON, also those that are empty. */
export async function* albumLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('albums').where('user_id', '=', userId)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'name', 'description', 'created_at as createdAt'])
      .execute()
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    last = rows.at(-1)?.id ?? null
    if (last === null) return
  }
}

/** What stands in the albums of a user, the trash included: album after album, each in its order. */
export async function* albumPictureLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  for (let last: { albumId: string; position: number; imageId: string } | null = null; ;) {
    const select = db
      .selectFrom('album_images')
      .innerJoin('albums', 'albums.id', 'album_id')
      .innerJoin('images', 'images.id', 'image_id')
      .where('albums.user_id', '=', userId)
      .$if(last !== null, (open) =>
        open.where(
          sql<boolean>`(album_id, position, image_id) > (${last?.albumId}::uuid, ${last?.position}::bigint, ${last?.imageId}::uuid)`,
        ),
      )
    const rows: { albumId: string; imageId: string; position: number; filename: string; isCover: boolean }[] =
      await select
        .orderBy('album_id')
        .orderBy('position')
        .orderBy('image_id')
        .limit(batch)
        .select(['album_id as albumId', 'image_id as imageId', 'position', 'filename'])
        .select(sql<boolean>`image_id is not distinct from cover_id`.as('isCover'))
        .execute()
    yield rows.map(({ position: _, ...row }) => `${JSON.stringify(row)}\n`).join('')
    last = rows.at(-1) ?? null
    if (last === null) return
  }
}

/** Every saved search of a user as a line of JSON. */
export async function* searchLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('saved_searches').where('user_id', '=', userId)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'name', 'query', 'created_at as createdAt'])
      .execute()
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    last = rows.at(-1)?.id ?? null
    if (last === null) return
  }
}

/** Every list, template and style of a user as a line of JSON. */
export async function* promptLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('prompt_parts').where('user_id', '=', userId)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string }[] = await select
      .orderBy('id')
      .limit(promptBatch)
      .select(['id', 'kind', 'name', 'text', 'negative_prompt as negativePrompt', 'created_at as createdAt'])
      .execute()
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    last = rows.at(-1)?.id ?? null
    if (last === null) return
  }
}

/** Every link of a user as a line of JSON, with the name by which people find it, and without its password. */
export async function* shareLines(db: Db, userId: string): AsyncGenerator<string, void, undefined> {
  const images = sql<string[]>`coalesce((
    select jsonb_agg(image_id order by position) from share_images where share_id = shares.id), '[]'::jsonb)`
  for (let last: string | null = null; ;) {
    let select = db.selectFrom('shares').where('user_id', '=', userId)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'kind', 'name', 'image_id as imageId', 'album_id as albumId', images.as('imageIds')])
      .select([
        'address',
        'viewed_at as viewedAt',
        'title',
        'comment',
        'starts_at as startsAt',
        'expires_at as expiresAt',
        'view_limit as viewLimit',
      ])
      .select(['views', 'download', 'prompt', 'listed', 'created_at as createdAt', 'revoked_at as revokedAt'])
      .select(sql<boolean>`password is not null`.as('hadPassword'))
      .execute()
    yield rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    last = rows.at(-1)?.id ?? null
    if (last === null) return
  }
}

/** An address without what somebody may have put before its host. */
function withoutUser(address: string | null): string | null {
  const url = address === null ? null : URL.parse(address)
  if (url === null) return null
  url.username = ''
  url.password = ''
  return url.href
}

/** A user's own configured engines, without their keys. */
export async function connectionsText(db: Db, userId: string): Promise<string> {
  const rows = await db
    .selectFrom('connections')
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .orderBy('position')
    .orderBy('id')
    .select(['name', 'provider', 'base_url as baseUrl', 'settings', 'default_model as defaultModel', 'concurrency'])
    .select(['is_default as isDefault', 'created_at as createdAt', sql<boolean>`secret is not null`.as('hadKey')])
    .execute()
  const plain = rows.map((row) => ({ ...row, baseUrl: withoutUser(row.baseUrl) }))
  return `${JSON.stringify(plain, null, 2)}\n`
}

/** What is known of the person. */
export async function accountText(db: Db, userId: string): Promise<string> {
  const row = await db
    .selectFrom('users')
    .where('id', '=', userId)
    .select(['id', 'name', 'email', 'role', 'created_at as createdAt'])
    .executeTakeFirstOrThrow()
  return `${JSON.stringify(row, null, 2)}\n`
}
