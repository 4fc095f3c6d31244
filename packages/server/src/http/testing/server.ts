// The HTTP server over the whole pipeline, on a port of its own, and a client that sends exactly what it is told.
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { Accounts, AccountsOptions } from '#auth/accounts.ts'
import { openDefaults } from '#admin/defaults.ts'
import { createLocalAuth } from '#auth/local.ts'
import { createFileSignatures } from '#auth/file-signature.ts'
import { sessionsChannel } from '#auth/forget.ts'
import { hashPassword, verifyPassword } from '#auth/password-hash.ts'
import { createRateLimiters } from '#auth/rate-limiter.ts'
import { openTestAccounts } from '#auth/testing.ts'
import type { Clock } from '#base/clock.ts'
import { DefectError, EaselError, present } from '#base/errors.ts'
import { openPipeline, type ProcessOptions } from '#generation/testing/open.ts'
import { createCollections } from '#library/collections.ts'
import { keepImage } from '#library/keep.ts'
import { createPngCopies } from '#library/png-copy.ts'
import { png, recordOf } from '#library/testing.ts'
import type { Sidecar } from '#library/image-record.ts'
import { provider as ollama } from '#providers/ollama/provider.ts'
import { provider as openai } from '#providers/openai/provider.ts'
import { paintProvider } from '#generation/testing/paint.ts'
import { createSharing } from '#sharing/sharing.ts'
import type { FetchPicture } from '#transfer/fetch-picture.ts'
import { createPromptParts } from '#prompts/parts.ts'
import { readPromptPart } from '#prompts/read-part.ts'
import { createTransfer } from '#transfer/transfer.ts'
import { openTestWebhooks } from '#webhooks/testing/open.ts'
import { createAdministration } from '../administration.ts'
import { createApp, type AppPorts } from '../app.ts'

export interface Question {
  readonly method?: string
  /** Sent as it is. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  /** Text and bytes are sent as they are, anything else as JSON. */
  readonly body?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  json(): unknown
}

/** One request on a connection of its own. */
async function ask(baseUrl: string, { method = 'GET', path, headers = {}, body }: Question): Promise<Answer> {
  const { hostname, port } = new URL(baseUrl)
  const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array
  const type = raw ? {} : { 'content-type': 'application/json' }
  const payload = raw ? body : JSON.stringify(body)
  // Node.js takes it that a DELETE has no body.
  const length = method === 'DELETE' && payload !== undefined ? { 'content-length': Buffer.byteLength(payload) } : {}
  const sent = request({ hostname, port, method, path, headers: { ...type, ...length, ...headers }, agent: false })
  sent.end(payload)
  const [response] = await once(sent, 'response')
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  const whole = Buffer.concat(parts)
  const text = whole.toString()
  return {
    status: response.statusCode,
    headers: response.headers,
    body: whole,
    text,
    json() {
      if (text === '') throw new DefectError(`No body: ${method} ${path}`)
      return JSON.parse(text)
    },
  }
}

interface AddOptions {
  readonly of?: string
  readonly file?: Uint8Array
}

/** Waits until something is so, as long as a busy machine may take. */
export const until = (condition: () => boolean | Promise<boolean>): Promise<boolean> =>
  vi.waitUntil(condition, { timeout: 15_000, interval: 20 })

const page = '<!doctype html><title>Easel</title>'

/** As often as no test asks that is about something else. */
const seldom = { signIn: 100_000, generate: 100_000, upload: 100_000, share: 100_000 }

interface ServerOptions
  extends
    ProcessOptions,
    Partial<Pick<AppPorts, 'allowedOrigins' | 'rates' | 'trustedProxies' | 'cdnUrl' | 'handOff' | 'signedUrls'>> {
  readonly maxUploadBytes?: number
  /** Absent: there is nothing at any address. */
  readonly fetchPicture?: FetchPicture
  readonly publicUrl?: string
  /** Of links. */
  readonly clock?: Clock
  /** How much more often links may be asked for. */
  readonly shareFactor?: number
  /** Accounts mode; else the pipeline's user owns everything. */
  readonly accounts?: Partial<AccountsOptions>
  /** The database tells accounts nothing, as while the connection that listens is broken. */
  readonly deaf?: boolean
}

const key = Buffer.alloc(32, 7)

async function openAccounts(
  { database, log }: Awaited<ReturnType<typeof openPipeline>>,
  { accounts, publicUrl, deaf = false }: ServerOptions,
): Promise<Accounts | null> {
  if (accounts === undefined) return null
  const heard = deaf ? { ...database, listen: async () => async () => {} } : database
  return await openTestAccounts(heard, { log, publicUrl: publicUrl ?? null, ...accounts })
}

const version = '1.2.3'
const nothingThere: FetchPicture = async () => {
  throw new EaselError('validation-failed', 'Nothing there.', {
    fields: [{ field: 'body.url', message: 'Nothing there.' }],
  })
}
const noQuota = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }
const unlimited = {
  signUp: 'invite',
  guests: false,
  guestDays: 7,
  gallery: true,
  quota: noQuota,
  guestQuota: noQuota,
} as const

export async function openServer(options: ServerOptions = {}) {
  const pipeline = await openPipeline()
  const process = await pipeline.startProcess(options)
  const webFolder = mkdtempSync(join(tmpdir(), 'easel-web-'))
  mkdirSync(join(webFolder, 'assets'))
  writeFileSync(join(webFolder, 'index.html'), page)
  writeFileSync(join(webFolder, 'assets/app-1234.js'), 'export {}')
  const { userId, db, log } = pipeline
  const { storage, quotas } = process
  const providers = new Map(
    [
      ollama,
      openai,
      paintProvider(),
      paintProvider({ id: 'free-paint', resendSafe: true }),
      ...(options.providers ?? []),
    ].map((provider) => [provider.manifest.id, provider]),
  )
  const temporaryFolder = mkdtempSync(join(tmpdir(), 'easel-tmp-'))
  const transferPorts = {
    ...process,
    db,
    log,
    quotas,
    readPromptPart,
    temporaryFolder,
    maxBytes: options.maxUploadBytes ?? 100 * 1024 * 1024,
    minFreeBytes: options.minFreeBytes ?? 0,
    fetchPicture: options.fetchPicture ?? nothingThere,
  }
  const transfer = createTransfer(transferPorts)
  const collections = createCollections({
    db,
    storage,
    events: process.events,
    log,
    trashDays: 30,
    // What is begun is done when the answer comes, however busy the machine is.
    bulkWaitMs: 15_000,
  })
  const promptParts = createPromptParts({ db, events: process.events })
  const webhooks = await openTestWebhooks({ ...pipeline, ...process })
  const accounts = await openAccounts(pipeline, options)
  const defaults = await openDefaults(pipeline.database, unlimited)
  const mode = accounts === null ? 'local' : 'accounts'
  const limiters = createRateLimiters(db)
  const sharing = createSharing({
    ...process,
    ...transfer,
    collections,
    db,
    log,
    key,
    counters: limiters,
    factor: options.shareFactor ?? 1,
    passwords: { hash: hashPassword, verify: verifyPassword },
    publicUrl: options.publicUrl ?? null,
    cdnUrl: options.cdnUrl ?? null,
    galleryIsOn: () => defaults.current().gallery,
    clock: options.clock,
  })
  await pipeline.database.listen(sessionsChannel, sharing.forget, () => sharing.forget(null))
  const app = await createApp({
    ...process,
    ...transfer,
    sharing,
    collections,
    promptParts,
    webhooks,
    quotas,
    db,
    log,
    providers,
    administration: createAdministration({ ...pipeline, ...process, mode, version, storage, accounts, defaults }),
    auth: accounts?.auth ?? createLocalAuth(userId),
    accounts,
    guestsAllowed: () => accounts !== null,
    galleryIsOn: () => defaults.current().gallery,
    publicUrl: options.publicUrl ?? null,
    cdnUrl: options.cdnUrl ?? null,
    handOff: options.handOff ?? null,
    signedUrls: options.signedUrls ?? false,
    pngCopies: createPngCopies({ storage, log }),
    limiters,
    signatures: accounts === null ? null : createFileSignatures(key),
    rates: options.rates ?? seldom,
    trustedProxies: options.trustedProxies ?? [],
    allowedOrigins: options.allowedOrigins ?? new Set(),
    webFolder,
    version,
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
  const baseUrl = `http://127.0.0.1:${port}`

  return {
    pipeline,
    process,
    app,
    baseUrl,
    page,
    accounts,
    collections,
    promptParts,
    webhooks,
    sharing,
    defaults,
    temporaryFolder,
    /** What makes a transfer like that of this server, as another process has one. */
    transferPorts,
    ask: (question: Question | string) => ask(baseUrl, typeof question === 'string' ? { path: question } : question),

    /** A picture in a library, the owner's unless said otherwise. */
    async addImage({ of = userId, file = png(), ...changes }: Partial<Sidecar> & AddOptions = {}) {
      const record = recordOf(file, changes)
      await keepImage({ db, storage, events: process.events, log }, { userId: of, bytes: file, record })
      return present(await db.selectFrom('images').selectAll().where('id', '=', record.id).executeTakeFirst(), 'row')
    },

    async close(): Promise<void> {
      await app.close()
      await webhooks.close(0)
      await collections.close()
      await accounts?.close()
      await sharing.close()
      await defaults.close()
      await pipeline.close()
      for (const folder of [webFolder, temporaryFolder]) rmSync(folder, { recursive: true, force: true })
    },
  }
}

export type TestServer = Awaited<ReturnType<typeof openServer>>
