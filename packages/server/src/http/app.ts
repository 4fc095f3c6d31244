import { fastify, LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import type { Accounts } from '#auth/accounts.ts'
import type { Auth } from '#auth/auth.ts'
import type { FileSignatures } from '#auth/file-signature.ts'
import type { RateLimiters } from '#auth/rate-limiter.ts'
import type { Log } from '#base/log.ts'
import type { Connections } from '#connections/connections.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'
import type { Derivatives } from '#library/derivatives.ts'
import type { Collections } from '#library/collections.ts'
import type { Images } from '#library/images.ts'
import type { PngCopies } from '#library/png-copy.ts'
import type { Quotas } from '#library/quotas.ts'
import type { PromptParts } from '#prompts/parts.ts'
import type { Writing } from '#prompts/writing.ts'
import type { Provider } from '#providers/spec/provider.ts'
import type { Sharing } from '#sharing/sharing.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { Downloads } from '#transfer/download/downloads.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'
import type { Exports } from '#transfer/export/export.ts'
import type { TakeBack } from '#transfer/take-back/take-back.ts'
import type { Webhooks } from '#webhooks/webhooks.ts'
import { registerHistory } from './compat/history/history.ts'
import { registerStudio } from './compat/studio/studio.ts'
import { registerTasks } from './compat/tasks/tasks.ts'
import { registerUserLibrary } from './compat/user-library/library.ts'
import { registerOllama } from './compat/ollama/ollama.ts'
import { registerOpenAi } from './compat/openai/openai.ts'
import { registerSdApi } from './compat/sdapi/sdapi.ts'
import { registerSignIn } from './compat/user-library/sign-in.ts'
import { trustProxies } from './client-address.ts'
import { createFileLinks } from './file-links.ts'
import { registerHandOff } from './hand-off.ts'
import { registerMcp } from './mcp/mcp.ts'
import { guardAccess } from './plugins/access.ts'
import { parseJsonBodies } from './plugins/bodies.ts'
import { problem, rawProblem, registerErrors, sendProblem } from './plugins/errors.ts'
import { securityHeaders, setSecurityHeaders } from './plugins/headers.ts'
import { knowMethods } from './plugins/known-methods.ts'
import { guardLocal } from './plugins/local-guard.ts'
import { guardOrigins, isOwnOrigin } from './plugins/origin-guard.ts'
import { allowAnyOrigin } from './plugins/open-cors.ts'
import { limitRates, type Rates } from './plugins/rate-limits.ts'
import { registerReference } from './plugins/reference.ts'
import { cutSlowClients } from './plugins/slow-clients.ts'
import { registerWebApp } from './plugins/web-app.ts'
import { registerAccount } from './routes/account.ts'
import { registerAdmin, type AdminPorts } from './routes/admin.ts'
import { registerAddImages } from './routes/add-images.ts'
import { registerApiKeys } from './routes/api-keys.ts'
import { registerConnections } from './routes/connections.ts'
import { registerDeleteAccount } from './routes/delete-account.ts'
import { registerDownloads } from './routes/downloads.ts'
import { registerEvents } from './routes/events.ts'
import { registerFactors } from './routes/factors.ts'
import { registerGenerations } from './routes/generations.ts'
import { registerGroups } from './routes/groups.ts'
import { registerHealth } from './routes/health.ts'
import { registerImages } from './routes/images.ts'
import { registerLibrary } from './routes/library.ts'
import { registerPeople } from './routes/people.ts'
import { registerProfiles } from './routes/profiles.ts'
import { registerPrompts } from './routes/prompts.ts'
import { registerSessions } from './routes/sessions.ts'
import { registerShares } from './routes/shares.ts'
import { registerTransfer } from './routes/transfer.ts'
import { registerUploads } from './routes/uploads.ts'
import { registerWebhooks } from './routes/webhooks.ts'
import { registerWriting } from './routes/writing.ts'
import { registerShareVisits } from './share-visits/share-visits.ts'

/** What the HTTP layer stands on; `bin` builds it. */
export interface AppPorts {
  readonly log: Log
  readonly db: Db
  readonly auth: Auth
  /** Null in local mode, where there is no sign-in. */
  readonly accounts: Accounts | null
  /** Whether visitors may work without an account, as an administrator says now. */
  readonly guestsAllowed: () => boolean
  /** Whether people may publish albums, as an administrator says now. */
  readonly galleryIsOn: () => boolean
  readonly events: Events
  readonly generations: Generations
  readonly images: Images
  readonly collections: Collections
  readonly quotas: Quotas
  readonly derivatives: Derivatives
  readonly pngCopies: PngCopies
  readonly storage: Storage
  readonly connections: Connections
  readonly addImages: AddImages
  readonly administration: AdminPorts
  readonly downloads: Downloads
  readonly pictureFiles: PictureFiles
  readonly exports: Exports
  readonly takeBack: TakeBack
  readonly promptParts: PromptParts
  readonly sharing: Sharing
  readonly writing: Writing
  readonly webhooks: Webhooks
  readonly providers: ReadonlyMap<string, Provider>
  /** Null in local mode, where every link works. */
  readonly signatures: FileSignatures | null
  readonly limiters: RateLimiters
  readonly rates: Rates
  /** Addresses or ranges of proxies, which say who the client is. */
  readonly trustedProxies: readonly string[]
  /** The internal address at which the proxy in front has the storage's files, or null. */
  readonly handOff: string | null
  /** Whether originals of open links come from the storage itself, where it signs addresses. */
  readonly signedUrls: boolean
  readonly allowedOrigins: ReadonlySet<string>
  /** The origin that people use, or null: whatever they used to get here. */
  readonly publicUrl: string | null
  /** The origin of a CDN that gets what open links show from here, or null. */
  readonly cdnUrl: string | null
  /** The built web app, or null to serve none. */
  readonly webFolder: string | null
  readonly version: string
}

const bodyLimitBytes = 2 * 1024 * 1024
/** A client that sends its headers slower than this is cut off; for bodies see slow-clients.ts. */
const headersTimeoutMs = 20_000
/** Longest that the largest upload may take. */
const requestTimeoutMs = 60 * 60_000
const lookForSlowMs = 5_000

/** What Node.js refuses by itself. */
const rawStatuses: ReadonlyMap<string, number> = new Map([
  ['HPE_HEADER_OVERFLOW', 431],
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
])

/** The HTTP server of Easel, ready to listen. */
export async function createApp(ports: AppPorts): Promise<FastifyInstance> {
  const headers = securityHeaders(ports)
  const isProxy = trustProxies(ports.trustedProxies)
  const app = fastify({
    // Only warnings and errors of requests are logged: paths may hold names that are nobody else's business.
    loggerInstance: ports.log as FastifyBaseLogger, // oxlint-disable-line typescript/consistent-type-assertions -- pino's own type, narrowed by Log
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: lookForSlowMs },
    trustProxy: isProxy,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle',
    // Said in our own words: see registerHealth.
    return503OnClosing: false,
    // An address that cannot be decoded is refused before any hook or scope takes part.
    frameworkErrors: (_error, _request, reply) => {
      allowAnyOrigin(reply.headers(headers))
      sendProblem(reply, problem('bad-request', 'The address is not valid.'))
    },
    clientErrorHandler: (error, socket) => {
      const status = rawStatuses.get(error.code) ?? 400
      if (socket.writable) socket.end(rawProblem(status))
      else socket.destroy()
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  registerErrors(app)
  setSecurityHeaders(app, headers)
  knowMethods(app)
  cutSlowClients(app)
  const local = ports.auth.mode === 'local'
  if (local) guardLocal(app, { allowedOrigins: ports.allowedOrigins })
  else guardOrigins(app, { publicUrl: ports.publicUrl })
  guardAccess(app, { auth: ports.auth, isOwnOrigin: (request) => local || isOwnOrigin(request, ports.publicUrl) })
  limitRates(app, { limiters: ports.limiters, rates: ports.rates, local })
  parseJsonBodies(app)
  registerHandOff(app, { ...ports, prefix: ports.handOff, isProxy: isProxy === false ? () => false : isProxy })
  const links = createFileLinks(ports.signatures)
  await registerReference(app, ports.version)
  registerHealth(app, ports)
  registerSessions(app, ports)
  registerAccount(app, ports)
  registerApiKeys(app, ports)
  registerFactors(app, ports)
  registerGenerations(app, ports)
  registerImages(app, ports)
  registerLibrary(app, ports)
  registerConnections(app, ports)
  registerProfiles(app, { ...ports, links })
  await registerEvents(app, ports)
  await registerUploads(app, { ...ports, links })
  await registerAddImages(app, ports)
  registerTransfer(app, ports)
  registerDownloads(app, ports)
  registerWriting(app, ports)
  registerPrompts(app, ports)
  registerWebhooks(app, ports)
  registerAdmin(app, ports.administration)
  registerGroups(app, ports.administration)
  registerDeleteAccount(app, ports)
  registerShares(app, ports.sharing)
  registerPeople(app, ports)
  await registerShareVisits(app, ports)
  registerMcp(app, ports)
  await registerHistory(app, ports)
  await registerSignIn(app, ports)
  await registerUserLibrary(app, { ...ports, links })
  await registerStudio(app, ports)
  await registerTasks(app, ports)
  await registerOpenAi(app, { ...ports, links })
  await registerSdApi(app, ports)
  await registerOllama(app, ports)
  await registerWebApp(app, ports.webFolder)
  return app
}
