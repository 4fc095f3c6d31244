import { sql } from 'kysely'
import type { Overview } from '@easel/contract'
import type { Db } from '#db/database.ts'

export interface OverviewPorts {
  readonly db: Db
  readonly version: string
  readonly mode: Overview['mode']
  readonly database: Overview['database']
  /** Bytes, or null when the storage cannot say. */
  readonly freeBytes: () => Promise<number | null>
}

const dayMs = 86_400_000

/** The smallest UUIDv7 of a moment: ids made since then are greater. */
function firstIdOf(time: number): string {
  const hex = time.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

async function readUsers(db: Db): Promise<Overview['users']> {
  const rows = await db
    .selectFrom('users')
    .select(({ fn }) => [
      'role',
      sql<boolean>`disabled_at is not null`.as('disabled'),
      fn.countAll<number>().as('count'),
    ])
    .groupBy(['role', sql`disabled_at is not null`])
    .execute()
  const users = { admin: 0, user: 0, guest: 0, disabled: 0 }
  for (const { role, disabled, count } of rows) users[disabled ? 'disabled' : role] += Number(count)
  return users
}

async function readStorage({ db, freeBytes }: OverviewPorts): Promise<Overview['storage']> {
  const count = (where: ReturnType<typeof sql<boolean>>) => sql<number>`(select count(*) from images where ${where})`
  const { rows } = await sql<Record<'images' | 'bytes' | 'trashed' | 'damaged' | 'underived', string | number>>`
    select
      (select coalesce(sum(images), 0) from usage_totals) as images,
      (select coalesce(sum(bytes), 0) from usage_totals) as bytes,
      ${count(sql`deleted_at is not null`)} as trashed,
      ${count(sql`damage is not null`)} as damaged,
      ${count(sql`derived_at is null and damage is null`)} as underived
  `.execute(db)
  const row = rows[0]
  return {
    images: Number(row?.images ?? 0),
    bytes: Number(row?.bytes ?? 0),
    freeBytes: await freeBytes(),
    trashed: Number(row?.trashed ?? 0),
    damaged: Number(row?.damaged ?? 0),
    withoutThumbnail: Number(row?.underived ?? 0),
  }
}

async function readQueue(db: Db): Promise<Overview['queue']> {
  const rows = await db
    .selectFrom('connections')
    .innerJoin('users', 'users.id', 'connections.user_id')
    .innerJoin('generations', 'generations.connection_id', 'connections.id')
    .where('generations.state', 'in', ['queued', 'running'])
    .groupBy(['connections.id', 'connections.name', 'users.name', 'connections.concurrency'])
    .select(['connections.id', 'connections.name', 'users.name as owner', 'connections.concurrency'])
    .select([
      sql<number>`count(*) filter (where generations.state = 'queued')`.as('queued'),
      sql<number>`count(*) filter (where generations.state = 'running')`.as('running'),
      sql<Date | null>`min(generations.created_at) filter (where generations.state = 'queued')`.as('oldest'),
    ])
    .orderBy('queued', 'desc')
    .execute()
  return rows.map((row) => ({
    connectionId: row.id,
    name: row.name,
    owner: row.owner,
    concurrency: row.concurrency,
    queued: Number(row.queued),
    running: Number(row.running),
    oldestAt: row.oldest === null ? null : new Date(row.oldest).toISOString(),
  }))
}

async function readLastDay(db: Db, now: number): Promise<Overview['lastDay']> {
  const rows = await db
    .selectFrom('generations')
    .where('id', '>=', firstIdOf(now - dayMs))
    .where('state', 'in', ['succeeded', 'failed', 'cancelled'])
    .groupBy('state')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .execute()
  const of = (state: string) => Number(rows.find((row) => row.state === state)?.count ?? 0)
  return { succeeded: of('succeeded'), failed: of('failed'), cancelled: of('cancelled') }
}

/** How the server is doing. `lastDay` counts what was submitted in the last 24 hours and has ended. */
export async function readOverview(ports: OverviewPorts): Promise<Overview> {
  const { db, version, mode, database } = ports
  return {
    version,
    mode,
    database,
    users: await readUsers(db),
    storage: await readStorage(ports),
    queue: await readQueue(db),
    lastDay: await readLastDay(db, Date.now()),
  }
}
