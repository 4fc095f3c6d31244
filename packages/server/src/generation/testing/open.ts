// The pipeline with everything real around it: database, jobs, events, files, HTTP. Processes come and go on the same data.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EaselEvent, Generation, GenerationRequest } from '@easel/contract'
import { pino } from 'pino'
import { expect, vi } from 'vitest'
import { z } from 'zod'
import { createConnections } from '#connections/connections.ts'
import { fixedKeyring } from '#connections/keyring.ts'
import { createSecrets } from '#connections/secrets.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import type { Events } from '#events/events.ts'
import { createEvents } from '#events/log.ts'
import { createJobs } from '#jobs/boss.ts'
import { createDerivatives } from '#library/derivatives.ts'
import { createImages } from '#library/images.ts'
import { createQuotas, type QuotaDefaults } from '#library/quotas.ts'
import { decodePixels, encodePng, encodePreview } from '#media/pixels.ts'
import { preparePrompt } from '#prompts/prepare.ts'
import { createWriting } from '#prompts/writing.ts'
import { createEngineHttp } from '#providers/kit/engine-http.ts'
import { provider as ollama } from '#providers/ollama/provider.ts'
import { provider as openai } from '#providers/openai/provider.ts'
import type { Provider } from '#providers/spec/provider.ts'
import { openByName } from '#sharing/unlisted.ts'
import { openDiskStorage } from '#storage/disk/storage.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { createGenerations } from '../generations.ts'
import type { Refine } from '../refine.ts'
import type { SubmitOptions } from '../submit.ts'
import { startGenerationWorker } from '../worker.ts'
import { namingProvider, paintProvider, plainModels, textModels } from './paint.ts'

export interface ProcessOptions {
  /** Takes no work when false. */
  readonly works?: boolean
  readonly slots?: number
  readonly callTimeoutMs?: number
  readonly minFreeBytes?: number
  readonly quotas?: QuotaDefaults
  /** Longest that a text model waits for room on its connection, in milliseconds. */
  readonly waitMs?: number
  readonly wrapStorage?: (storage: Storage) => Storage
  readonly wrapEvents?: (events: Events) => Events
  readonly providers?: readonly Provider[]
}

const noLimits = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }
const unlimited: QuotaDefaults = { quota: noLimits, guestQuota: noLimits }

const usual = [
  ollama,
  openai,
  paintProvider(),
  paintProvider({ id: 'free-paint', resendSafe: true }),
  namingProvider({ id: 'naming-paint' }),
  paintProvider({ id: 'plain-paint', options: z.object({}) }, plainModels),
  paintProvider({ id: 'text-paint' }, textModels),
]

export async function openPipeline() {
  const { database, openAnother } = await openTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'easel-pipeline-'))
  const files = await openDiskStorage(folder)
  const userId = await addUser(database)
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const secrets = createSecrets(fixedKeyring({ kid: 'test', bytes: randomBytes(32) }))
  const closers: (() => Promise<void>)[] = []

  /** One process of Easel. */
  async function startProcess(options: ProcessOptions = {}) {
    const { works = true, slots = 4, callTimeoutMs = 60_000, minFreeBytes = 0 } = options
    const { db } = database
    const storage = options.wrapStorage?.(files) ?? files
    const ownEvents = await createEvents(database, log)
    const events = options.wrapEvents?.(ownEvents) ?? ownEvents
    const jobs = await createJobs(database, log)
    const providers = new Map((options.providers ?? usual).map((provider) => [provider.manifest.id, provider]))
    const connections = createConnections({
      db,
      jobs,
      events,
      secrets,
      providers,
      log,
      http: (engine) => createEngineHttp({ ...engine, allowPrivateBase: true }),
    })
    const images = createImages({ db, events, log })
    const derivatives = createDerivatives({ db, storage, events, log })
    const quotas = createQuotas({ db, defaults: () => options.quotas ?? unlimited })
    const generations = createGenerations({
      db,
      jobs,
      events,
      connections,
      storage,
      images,
      quotas,
      log,
      minFreeBytes,
      preparePrompt: (of, prompt) => preparePrompt(db, of, prompt),
    })
    const pixels = { decode: decodePixels, encodePng, encodePreview }
    const waitMs = options.waitMs === undefined ? {} : { waitMs: options.waitMs }
    const writing = createWriting({
      db,
      log,
      events,
      jobs,
      connections,
      providers,
      images,
      storage,
      quotas,
      ...waitMs,
    })
    const refine: Refine = async (of, asked, signal) => (await writing.refine(of, asked, signal)).prompt
    const ports = {
      database,
      db,
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
    }
    const worker = works ? await startGenerationWorker(ports, slots) : null
    let stopped: Promise<void> | null = null
    /** Hands running work back at once, as a process does that is told to stop. */
    const stop = (graceMs = 0) => {
      stopped ??= (async () => {
        await worker?.stop(graceMs)
        await derivatives.close()
        await jobs.close()
        await events.close()
      })()
      return stopped
    }
    closers.push(() => stop())
    return { events, jobs, connections, images, derivatives, generations, quotas, storage, writing, stop }
  }

  type Process = Awaited<ReturnType<typeof startProcess>>

  return {
    database,
    db: database.db,
    openAnother,
    files,
    /** Where the files lie. */
    folder,
    userId,
    secrets,
    lines,
    log,
    startProcess,
    addUser: (role: 'admin' | 'user' | 'guest' = 'admin') => addUser(database, 'Test', role),

    /** Submits and waits for the end. */
    async run(process: Process, request: GenerationRequest, options: SubmitOptions = { origin: 'easel' }) {
      const { id } = await process.generations.submit(userId, request, options)
      return await process.generations.wait(userId, id, AbortSignal.timeout(15_000))
    },

    /** Waits until a generation is in this state. */
    async until(process: Process, id: string, state: Generation['state']): Promise<Generation> {
      return await vi.waitFor(
        async () => {
          const generation = await process.generations.get(userId, id)
          expect(generation.state).toBe(state)
          return generation
        },
        { timeout: 15_000 },
      )
    },

    async keys(prefix = 'images'): Promise<string[]> {
      const found: string[] = []
      for await (const { key } of files.list(prefix)) found.push(key)
      return found
    },

    /** The log of events of a generation, in order. */
    async eventsOf(id: string): Promise<string[]> {
      const rows = await database.db.selectFrom('events').select('event').orderBy('seq').execute()
      return rows
        .map(({ event }) => event as EaselEvent) // oxlint-disable-line typescript/consistent-type-assertions -- what was appended
        .filter((event) => 'generationId' in event && event.generationId === id)
        .map((event) => (event.type === 'generation.finished' ? `${event.type} ${event.state}` : event.type))
    },

    /** What must hold whenever nothing is under way: files and rows fit each other, and every event has its row. */
    async checkInvariants(): Promise<void> {
      const rows = await database.db.selectFrom('images').select(['id', 'storage_key', 'bytes']).execute()
      const wanted = rows.flatMap(({ storage_key: key }) => [key, `${key}.json`]).toSorted()
      expect((await this.keys()).toSorted(), 'files and rows').toEqual(wanted)
      for (const row of rows) expect((await files.stat(row.storage_key))?.size).toBe(row.bytes)
      const added = await database.db.selectFrom('events').select('event').execute()
      const ids = added
        .map(({ event }) => event as EaselEvent) // oxlint-disable-line typescript/consistent-type-assertions -- what was appended
        .flatMap((event) => (event.type === 'image.added' ? [event.imageId] : []))
      expect(ids.toSorted(), 'events and rows').toEqual(rows.map(({ id }) => id).toSorted())
    },

    async close(): Promise<void> {
      for (const close of closers.toReversed()) await close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Pipeline = Awaited<ReturnType<typeof openPipeline>>
export type Process = Awaited<ReturnType<Pipeline['startProcess']>>
