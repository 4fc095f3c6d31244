// The only composition: builds everything from the settings, in the order that data flows.
import { join } from 'node:path'
import type { InstanceDefaults } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { openDefaults } from '#admin/defaults.ts'
import { createAccounts, type Accounts } from '#auth/accounts.ts'
import { findApiKey } from '#auth/api-keys.ts'
import { createFileSignatures } from '#auth/file-signature.ts'
import { createLocalAuth } from '#auth/local.ts'
import { createLocalRateLimiters, createRateLimiters } from '#auth/rate-limiter.ts'
import type { Config } from '#config/config.ts'
import { openInstanceKey } from '#connections/instance-key.ts'
import { openInstanceSecret } from '#connections/instance-secret.ts'
import { createSecrets } from '#connections/secrets.ts'
import type { Database } from '#db/database.ts'
import { migrate } from '#db/migrate.ts'
import type { Events } from '#events/events.ts'
import { createEvents } from '#events/log.ts'
import type { Refine } from '#generation/refine.ts'
import { startGenerationWorker, type GenerationWorker } from '#generation/worker.ts'
import { createAdministration } from '#http/administration.ts'
import { createApp } from '#http/app.ts'
import { createJobs } from '#jobs/boss.ts'
import { createPngCopies } from '#library/png-copy.ts'
import { decodePixels, encodePng, encodePreview } from '#media/pixels.ts'
import type { Sharing } from '#sharing/sharing.ts'
import { openByName } from '#sharing/unlisted.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { Webhooks } from '#webhooks/webhooks.ts'
import { runCommand } from './commands.ts'
import { openControlSocket } from './control-socket.ts'
import type { AssembleOptions, Foundations } from './foundations.ts'
import { startHousekeeping } from './housekeeping.ts'
import { startLeaving, type Leaving, type LeavingPorts } from './leaving.ts'
import { openDatabase } from './open-database.ts'
import { openLibrary, type Library } from './open-library.ts'
import { openSharing } from './open-sharing.ts'
import { openStorage } from './open-storage.ts'
import { tasksOf } from './tasks.ts'
import { openProcessWebhooks } from './webhooks.ts'

const callTimeoutMs = 30 * 60_000

export interface Assembled {
  /** What it stands on, for those who look at it from beside the HTTP API. */
  readonly parts: {
    readonly ownerId: string
    readonly database: Database
    readonly storage: Storage
    readonly events: Events
  }
  /** Serves on every address given; null in a process that only works. */
  readonly app: FastifyInstance | null
  /** Where the first administrator is made, as long as there is none; else null. */
  setUpPath(): Promise<string | null>
  /** Answers end, running generations finish within `graceMs` or are handed back, then everything closes. */
  stop(graceMs: number): Promise<void>
}

/** Builds Easel; with `role` api or worker only that half. Takes apart what it has built when a later part fails. */
export async function assemble(options: AssembleOptions): Promise<Assembled> {
  const { config, log } = options
  const database = await openDatabase(config, log)
  try {
    return await assembleOn(database, options)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function assembleOn(database: Database, options: AssembleOptions): Promise<Assembled> {
  const { config, log } = options
  await migrate(database)
  const { dataFolder, secret, lostKey } = config
  const keyring = await openInstanceKey({ database, log, dataFolder, secret, lostKey })
  const secrets = createSecrets(keyring)
  const storage = await openStorage(config)
  const events = await createEvents(database, log)
  const jobs = await createJobs(database, log)
  const defaults = await openDefaults(database, environmentDefaults(config))
  try {
    return await compose(options, { database, keyring, secrets, storage, events, jobs, defaults })
  } catch (error) {
    await defaults.close()
    await jobs.close()
    await events.close()
    await keyring.close()
    throw error
  }
}

/** What holds until an administrator says otherwise. */
function environmentDefaults({ signUp, guests, gallery, quota, guestQuota }: Config): InstanceDefaults {
  const { allowed, days } = guests
  return { signUp, guests: allowed, guestDays: days, gallery, quota: { ...quota }, guestQuota: { ...guestQuota } }
}

/** Null on PostgreSQL, where commands open the database themselves. */
async function openControl({ config, log }: AssembleOptions, { database, keyring }: Foundations) {
  if (database.kind === 'postgres') return null
  const ports = { db: database.db, config, log, keyring: async () => keyring }
  return await openControlSocket(config.dataFolder, { log, run: (name, args) => runCommand(ports, name, args) })
}

/** Null in local mode. */
async function openAccounts(
  { config, log }: AssembleOptions,
  { database, keyring, defaults }: Foundations,
): Promise<Accounts | null> {
  if (config.auth === 'local') return null
  const { publicUrl, compatUser, oidc, mail, breachedPasswords } = config
  return await createAccounts({
    database,
    log,
    key: await openInstanceSecret(database.db, keyring, 'accounts'),
    publicUrl,
    compatUser,
    oidc,
    mail,
    breachedPasswords,
    signUpPolicy: () => defaults.current().signUp,
    guests: () => ({ allowed: defaults.current().guests, days: defaults.current().guestDays }),
    findApiKey: (db, token) => findApiKey(db, token, { log }),
  })
}

type Limits = Awaited<ReturnType<typeof openLimits>>

/** How often, by whom, and by which links. */
async function openLimits({ auth, rates, trustedProxies }: Config, { database, keyring }: Foundations) {
  const { db } = database
  if (auth === 'local') return { rates, trustedProxies, limiters: createLocalRateLimiters(), signatures: null }
  const signatures = createFileSignatures(await openInstanceSecret(db, keyring, 'file links'))
  return { rates, trustedProxies, limiters: createRateLimiters(db), signatures }
}

/** Only where work is done: it reads and writes whole libraries. */
async function openLeaving(
  { config, log }: AssembleOptions,
  { database, storage, events, generations, exports }: Omit<LeavingPorts, 'log' | 'exportFolder'>,
): Promise<Leaving> {
  const exportFolder = join(config.dataFolder, 'exports')
  return await startLeaving({ database, storage, events, log, generations, exports, exportFolder })
}

/** What leaves for others. */
interface Told {
  readonly sharing: Sharing
  readonly webhooks: Webhooks
}

/** Null in a process that works and answers nobody. */
async function openApp(
  options: AssembleOptions,
  foundations: Foundations,
  { library, ...rest }: Readonly<{ library: Library; accounts: Accounts | null; limits: Limits } & Told>,
): Promise<FastifyInstance | null> {
  const { accounts, limits, sharing, webhooks } = rest
  const { config, log } = options
  const { database, storage, events, defaults } = foundations
  if (config.role === 'worker') return null
  return await createApp({
    ...options,
    ...library,
    ...limits,
    sharing,
    webhooks,
    db: database.db,
    storage,
    events,
    auth: accounts?.auth ?? createLocalAuth(library.ownerId),
    accounts,
    guestsAllowed: () => defaults.current().guests,
    galleryIsOn: () => defaults.current().gallery,
    publicUrl: config.publicUrl,
    cdnUrl: config.cdnUrl,
    handOff: config.handOff,
    signedUrls: config.signedUrls,
    pngCopies: createPngCopies({ storage, log }),
    administration: createAdministration({ ...options, ...foundations, mode: config.auth, accounts }),
    allowedOrigins: new Set(config.corsOrigins),
  })
}

/** Null in a process that only answers. */
async function openWorker(
  { config, log }: AssembleOptions,
  { database, storage, events, jobs }: Foundations,
  { connections, derivatives, quotas, writing }: Library,
): Promise<GenerationWorker | null> {
  if (config.role === 'api') return null
  const pixels = { decode: decodePixels, encodePng, encodePreview }
  const refine: Refine = async (userId, asked, signal) => (await writing.refine(userId, asked, signal)).prompt
  return await startGenerationWorker(
    {
      database,
      db: database.db,
      jobs,
      events,
      storage,
      connections,
      derivatives,
      quotas,
      pixels,
      refine,
      openByName,
      log,
      callTimeoutMs,
    },
    config.workers,
  )
}

async function compose(options: AssembleOptions, foundations: Foundations): Promise<Assembled> {
  const { config, log } = options
  const { database, storage, events, jobs, defaults, keyring } = foundations
  const library = await openLibrary(options, foundations)
  const accounts = await openAccounts(options, foundations)
  const limits = await openLimits(config, foundations)
  const sharing = await openSharing(config, { ...foundations, ...library, ...limits, log })
  const webhooks = await openProcessWebhooks(options, { ...foundations, ...library, sharing })
  const app = await openApp(options, foundations, { library, accounts, limits, sharing, webhooks })
  const worker = await openWorker(options, foundations, library)
  const leaving = worker === null ? null : await openLeaving(options, { ...foundations, ...library })
  const housekeeping = startHousekeeping({
    log,
    tasks: tasksOf(options, foundations, { library, limits, leaving, sharing, webhooks }),
  })
  const control = await openControl(options, foundations)

  return {
    app,
    parts: { ownerId: library.ownerId, database, storage, events },
    setUpPath: async () => ((await accounts?.needsSetUp()) === true ? `/setup#code=${accounts?.setUpCode}` : null),
    async stop(graceMs) {
      // A client that reads its answer too slowly, or not at all, must not keep the process alive.
      const cut = setTimeout(() => app?.server.closeAllConnections(), graceMs)
      // Thumbnails of what is still saved are made after the next start.
      await Promise.all([
        control?.close(),
        leaving?.close(),
        housekeeping.stop(),
        app?.close(),
        worker?.stop(graceMs),
        webhooks.close(graceMs),
        library.derivatives.close(),
        library.collections.close(),
      ])
      clearTimeout(cut)
      for (const part of [sharing, accounts, defaults, jobs, events, keyring, database]) await part?.close()
    },
  }
}
