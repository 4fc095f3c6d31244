// Webhooks with everything real around them: database, log of events, HTTP. Processes come and go on the same data.
import { randomBytes } from 'node:crypto'
import { vi } from 'vitest'
import { sql } from 'kysely'
import { pino } from 'pino'
import type { WebhookCreate, WebhookDelivery } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import { fixedKeyring } from '#connections/keyring.ts'
import { createAddressRule, type PrivateEngines } from '#connections/reach.ts'
import { createSecrets, type Secrets } from '#connections/secrets.ts'
import type { Database } from '#db/database.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import type { Events, LoggedEvent } from '#events/events.ts'
import { createEvents } from '#events/log.ts'
import { checkAddress, systemResolve, type Resolve } from '#providers/kit/guard.ts'
import { createGuardedPost } from '#providers/kit/guarded-post.ts'
import type { WebhookPorts } from '../ports.ts'
import { openWebhooks, type Webhooks } from '../webhooks.ts'

interface Foundations {
  readonly database: Database
  readonly log: Log
  readonly events: Events
  readonly secrets: Secrets
}

export interface TestOptions {
  readonly allowed?: PrivateEngines['allowed']
  readonly resolve?: Resolve
  readonly timeoutMs?: number
  readonly sends?: boolean
  readonly show?: WebhookPorts['show']
  readonly publicUrl?: string
  readonly random?: () => number
}

const secrets = createSecrets(fixedKeyring({ kid: 'test', bytes: randomBytes(32) }))

/** Shows whatever is asked for. */
const showAnything: WebhookPorts['show'] = {
  generation: async (_, id) => ({ id, prompt: 'a fox' }),
  image: async (_, id) => ({ id, url: `/api/images/${id}/file` }),
  share: async (_, id) => ({ id, url: `https://pictures.example/s/${id}` }),
}

export async function openTestWebhooks(foundations: Foundations, options: TestOptions = {}): Promise<Webhooks> {
  const { database, log, events } = foundations
  const { allowed = 'everyone', resolve = systemResolve, timeoutMs = 10_000, sends = true } = options
  const { db } = database
  const checkPublic = (url: string) => checkAddress(url, resolve)
  const ports: WebhookPorts = {
    db,
    database,
    events,
    log,
    secrets: foundations.secrets,
    send: createGuardedPost({ timeoutMs, resolve }),
    addresses: createAddressRule({ db, privateEngines: { allowed, checkPublic } }, 'send messages'),
    show: options.show ?? showAnything,
    publicUrl: options.publicUrl ?? null,
    random: options.random ?? (() => 0),
  }
  return await openWebhooks(ports, { sends })
}

/** A thing that is there no more. */
export const gone = async (): Promise<never> => {
  throw new EaselError('not-found', 'There is no such thing.')
}

export const finished = (
  state: 'succeeded' | 'failed' | 'cancelled' = 'succeeded',
  generationId = newId(),
): LoggedEvent => ({
  type: 'generation.finished',
  generationId,
  state,
})
export const added = (imageId = newId()): LoggedEvent => ({ type: 'image.added', imageId, generationId: null })
export const shared = (shareId = newId()): LoggedEvent => ({ type: 'share.created', shareId })

/** As long as a busy machine may take. */
export const eventually = async <T>(look: () => T | Promise<T>): Promise<T> =>
  await vi.waitFor(look, { timeout: 15_000, interval: 20 })

type Shown = WebhookPorts['show']

/** A database with one user, and processes on it. */
export async function openHookWorld(options: TestOptions = {}) {
  let shown: Shown = showAnything
  const show: Shown = {
    generation: (of, id) => shown.generation(of, id),
    image: (of, id) => shown.image(of, id),
    share: (of, id) => shown.share(of, id),
  }
  const { database, openAnother } = await openTestDatabase()
  const { db } = database
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const userId = await addUser(database)
  const closers: (() => Promise<void>)[] = []

  /** Another process: on PostgreSQL with connections of its own. */
  async function startProcess(more: TestOptions = {}) {
    const own = closers.length === 0 ? database : await openAnother()
    const events = await createEvents(own, log)
    const webhooks = await openTestWebhooks({ database: own, log, events, secrets }, { show, ...options, ...more })
    let closed: Promise<void> | null = null
    const stop = (graceMs = 0) => {
      closed ??= (async () => {
        await webhooks.close(graceMs)
        await events.close()
        if (own !== database) await own.close()
      })()
      return closed
    }
    closers.push(() => stop())
    return { webhooks, events, stop }
  }

  const first = await startProcess()

  return {
    db,
    database,
    userId,
    lines,
    events: first.events,
    webhooks: first.webhooks,
    first,
    startProcess,
    /** From now on things are shown so; without it, as usual. */
    showAs(next: Partial<Shown> = {}): void {
      shown = { ...showAnything, ...next }
    },
    addUser: (role: 'admin' | 'user' = 'admin') => addUser(database, 'Test', role),

    async add(url: string, more: Partial<WebhookCreate> = {}, of = userId) {
      const events = ['generation.succeeded', 'image.added'] as const
      return await first.webhooks.create(of, { name: 'Hook', url, events: [...events], ...more })
    },

    happen: (events: readonly LoggedEvent[], of = userId) =>
      db.transaction().execute((trx) => first.events.append(trx, of, events)),

    async log(webhookId: string, of = userId): Promise<WebhookDelivery[]> {
      return (await first.webhooks.deliveries(of, webhookId, { limit: 200 })).data
    },

    /** Whatever waits for its time, and every claim, has waited so much longer. */
    async pass(seconds: number): Promise<void> {
      const earlier = (column: string) => sql<Date>`${sql.ref(column)} - ${seconds} * interval '1 second'`
      await db
        .updateTable('webhook_deliveries')
        .set({ due_at: earlier('due_at'), attempt_until: earlier('attempt_until') })
        .execute()
      await db
        .updateTable('webhooks')
        .set({ failing_since: earlier('failing_since') })
        .execute()
      await sql`select pg_notify('easel_webhooks', '')`.execute(db)
    },

    /** Waits until nothing is under way or due. */
    async settled(): Promise<void> {
      await eventually(async () => {
        const busy = await db
          .selectFrom('webhook_deliveries')
          .select('id')
          .where(({ or, eb, and }) =>
            or([
              eb('attempt', 'is not', null),
              and([eb('state', '=', 'waiting'), eb('due_at', '<=', sql<Date>`clock_timestamp()`)]),
            ]),
          )
          .execute()
        if (busy.length > 0) throw new EaselError('conflict', `${busy.length} are under way`)
      })
    },

    async close(): Promise<void> {
      for (const close of closers.toReversed()) await close()
      await database.close()
    },
  }
}

export type HookWorld = Awaited<ReturnType<typeof openHookWorld>>
