import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { messageOf, StartError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Database } from './database.ts'
import type { Tables } from './tables.ts'
import { typeParser } from './values.ts'

const reconnectMs = 500
/** A connection that a router forgot looks alive for hours: it is asked now and then, and given up when it does not answer. */
const aliveCheckMs = 10_000
const aliveTimeoutMs = 5_000

type Listener = { readonly onPayload: (payload: string) => void; readonly onGap: () => void }

/** One connection of its own for LISTEN, made anew when it breaks. What was missed meanwhile is told as a gap. */
function createListener(connectionString: string, log: Log) {
  const channels = new Map<string, Set<Listener>>()
  let client: pg.Client | null = null
  let connecting: Promise<pg.Client> | null = null
  let closed = false

  function deliver(channel: string, payload: string): void {
    for (const listener of channels.get(channel) ?? []) {
      try {
        listener.onPayload(payload)
      } catch (error) {
        log.error({ channel, reason: messageOf(error) }, 'a notification could not be handled')
      }
    }
  }

  async function connect(): Promise<pg.Client> {
    const fresh = new pg.Client({
      connectionString,
      application_name: 'easel-listen',
      keepAlive: true,
      query_timeout: aliveTimeoutMs,
    })
    fresh.on('notification', ({ channel, payload }) => deliver(channel, payload ?? ''))
    fresh.on('error', (error) => log.warn({ reason: error.message }, 'the listening database connection broke'))
    const giveUp = (): void => {
      fresh.end().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'a broken connection did not close'))
    }
    const check = setInterval(() => void fresh.query('select 1').catch(giveUp), aliveCheckMs)
    fresh.on('end', () => {
      clearInterval(check)
      if (client !== fresh) return
      client = null
      if (!closed) setTimeout(reconnect, reconnectMs)
    })
    try {
      await fresh.connect()
      for (const channel of channels.keys()) await fresh.query(`listen ${pg.escapeIdentifier(channel)}`)
    } catch (error) {
      clearInterval(check)
      giveUp()
      throw error
    }
    if (closed) giveUp()
    client = fresh
    return fresh
  }

  function reconnect(): void {
    if (closed || client !== null) return
    ready().then(
      () => {
        for (const listeners of channels.values()) for (const listener of listeners) listener.onGap()
      },
      (error: unknown) => {
        log.warn({ reason: messageOf(error) }, 'cannot listen to the database yet')
        setTimeout(reconnect, reconnectMs)
      },
    )
  }

  async function ready(): Promise<pg.Client> {
    if (client !== null) return client
    connecting ??= connect().finally(() => {
      connecting = null
    })
    return await connecting
  }

  return {
    async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
      const listeners = channels.get(channel) ?? new Set()
      channels.set(channel, listeners.add(listener))
      await (await ready()).query(`listen ${pg.escapeIdentifier(channel)}`)
      return async () => {
        listeners.delete(listener)
      }
    },
    async close(): Promise<void> {
      closed = true
      await client?.end()
    },
  }
}

/** Runs one text, of several statements where there are no values, and gives the rows of all of them. */
async function runText(pool: pg.Pool, text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
  const client = await pool.connect()
  let broken = true
  try {
    const result: unknown = await client.query(text, values)
    broken = false
    const results = Array.isArray(result) ? result : [result]
    return { rows: results.flatMap((one: pg.QueryResult) => one.rows) }
  } finally {
    // A text that began a transaction leaves it open and failed: the next user of this connection must not inherit it.
    client.release(broken)
  }
}

/**
 * Opens PostgreSQL 14 or newer.
 * @throws StartError when it cannot be reached
 */
export async function openPostgres(url: string, log: Log, maxConnections = 10): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    types: { getTypeParser: typeParser },
    application_name: 'easel',
    keepAlive: true,
  })
  // An idle connection that the server closes is no fault of a query; the pool makes a new one.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'an idle database connection broke'))
  // Nor is one that breaks between two queries of a transaction: the next query says so.
  pool.on('connect', (client) =>
    client.on('error', (error) => log.warn({ reason: error.message }, 'a database connection broke')),
  )
  try {
    await pool.query('select 1')
  } catch (error) {
    await pool.end()
    throw new StartError(`The database at DATABASE_URL cannot be used: ${messageOf(error)}`, { cause: error })
  }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const listener = createListener(url, log)
  return {
    kind: 'postgres',
    db,
    boss: {
      executeSql: (text, values) => runText(pool, text, values),
    },
    listen: (channel, onPayload, onGap) => listener.listen(channel, { onPayload, onGap }),
    maintain: async () => {},
    async close() {
      await listener.close()
      await db.destroy()
      // Kysely ends the pool only when it has asked something itself.
      if (!pool.ended) await pool.end()
    },
  }
}
