import { setTimeout as pause } from 'node:timers/promises'
import { request as send, type Dispatcher } from 'undici'
import { DefectError } from '#base/errors.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineHttp, EngineRequest, EngineResponse } from '../spec/provider.ts'
import { agentsFor } from './agents.ts'
import { engineResponse } from './engine-response.ts'
import { openEngineSocket } from './engine-socket.ts'
import { checkUrl, parseHttpUrl, type Resolve } from './guard.ts'
import { abortError, requestError } from './transport-error.ts'

export interface EngineHttpOptions {
  /** The connection's address without a slash at the end; empty for a provider that needs no engine. */
  readonly baseUrl: string
  /** Ends every call made through it. */
  readonly signal: AbortSignal
  /** Whether the connection's own origin may be on a private network (a local engine). */
  readonly allowPrivateBase: boolean
  /** What errors call the engine where its address is not for whoever reads them; absent: its address. */
  readonly called?: string
  /** How names are looked up; absent: the system's way. */
  readonly resolve?: Resolve
  /** Milliseconds before the second and the third attempt at a download. */
  readonly downloadPausesMs?: readonly [number, number]
}

const maxHops = 5
const credentialHeaders = ['authorization', 'cookie', 'api-key', 'x-api-key', 'x-key', 'x-goog-api-key']

interface Call {
  readonly url: URL
  readonly method: EngineRequest['method']
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | null
  readonly limits: Pick<EngineRequest, 'headersTimeoutMs' | 'bodyTimeoutMs' | 'maxBytes'>
  readonly signal: AbortSignal
  /** Whether redirects may lead to another origin, through the guard. */
  readonly wander: boolean
}

/** The way to one connection's engine: the `EngineHttp` port over the process's connection pools. */
export function createEngineHttp(options: EngineHttpOptions): EngineHttp {
  const own = options.baseUrl === '' ? null : parseHttpUrl(options.baseUrl)
  // What the connection's own server was sent to know us by; a download from that same server needs it too.
  let credentials: Readonly<Record<string, string>> = {}

  const request = async (path: string, init: EngineRequest): Promise<EngineResponse> => {
    if (!own) throw new ProviderError('bad-request', 'This connection has no address')
    if (!path.startsWith('/')) throw new DefectError(`The path ${path} must begin with a slash`)
    const { headers, body } = await encodeBody(init)
    credentials = Object.fromEntries(Object.entries(headers).filter(([name]) => credentialHeaders.includes(name)))
    const url = parseHttpUrl(options.baseUrl + path)
    const { method, signal = options.signal, ...limits } = init
    return follow(options, own, { url, method, headers, body, limits, signal, wander: false })
  }

  const download = async (url: string, limits: { maxBytes: number; timeoutMs: number }): Promise<Uint8Array> => {
    const signal = AbortSignal.any([options.signal, AbortSignal.timeout(limits.timeoutMs)])
    const times = { headersTimeoutMs: limits.timeoutMs, bodyTimeoutMs: limits.timeoutMs, maxBytes: limits.maxBytes }
    const target = parseHttpUrl(url)
    const headers = own?.origin === target.origin ? credentials : {}
    const call = { url: target, method: 'GET', headers, body: null, limits: times, signal, wander: true } as const
    return withRetries(options, signal, async () => {
      const response = await follow(options, own, call)
      if (response.status === 200) return response.bytes()
      await discard(response)
      throw downloadError(response.status)
    })
  }

  return { request, download, socket: (path, init) => openEngineSocket(options, path, init) }
}

/** Sends a call and follows its redirects by hand, judging every hop. */
async function follow(options: EngineHttpOptions, own: URL | null, call: Call): Promise<EngineResponse> {
  let { url, headers } = call
  for (let hop = 0; hop <= maxHops; hop++) {
    const response = await sendOnce(options, own, { ...call, url, headers })
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
    await discard(response)
    const next = parseHttpUrl(location, url.href)
    if (next.origin !== url.origin && !call.wander)
      throw otherOrigin(nameOf(options, own, url), shownTarget(options, next))
    headers = headersAfterHop(headers, url, next)
    // Turning a POST into a GET, as browsers do, would ask for something else; sending it again could pay twice.
    if (call.method !== 'GET' && response.status !== 307 && response.status !== 308)
      throw otherOrigin(nameOf(options, own, url), shownTarget(options, next))
    url = next
  }
  throw new ProviderError('bad-request', `${nameOf(options, own, call.url)} redirects more than ${maxHops} times`)
}

async function sendOnce(options: EngineHttpOptions, own: URL | null, call: Call): Promise<EngineResponse> {
  if (call.signal.aborted) throw abortError(call.signal)
  const { origin } = call.url
  const name = nameOf(options, own, call.url)
  const agents = agentsFor(options.resolve)
  const trusted = options.allowPrivateBase && own?.origin === origin
  try {
    if (!trusted) checkUrl(call.url.href)
    const answer = await send(call.url, {
      dispatcher: trusted ? agents.own : agents.guarded,
      method: call.method,
      headers: { 'accept-encoding': 'identity', 'user-agent': 'Easel', ...call.headers },
      body: call.body,
      signal: call.signal,
      headersTimeout: call.limits.headersTimeoutMs,
      bodyTimeout: call.limits.bodyTimeoutMs,
    })
    const { statusCode: status, body } = answer
    return engineResponse({
      status,
      headers: toHeaders(answer.headers),
      body,
      origin: name,
      maxBytes: call.limits.maxBytes,
      signal: call.signal,
    })
  } catch (error) {
    if (own?.origin === origin && error instanceof ProviderError && error.kind === 'bad-request') throw notPublic(name)
    throw requestError(error, name, call.signal)
  }
}

/** How errors call whatever was asked. */
function nameOf({ called }: EngineHttpOptions, own: URL | null, url: URL): string {
  return own?.origin === url.origin ? (called ?? url.origin) : url.origin
}

function notPublic(name: string): ProviderError {
  return new ProviderError(
    'bad-request',
    `${name} is not on the public internet, and this server does not let this connection go there`,
  )
}

async function encodeBody(
  init: EngineRequest,
): Promise<{ headers: Record<string, string>; body: string | Buffer | null }> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(init.headers ?? {})) headers[name.toLowerCase()] = value
  if (init.json !== undefined) {
    return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(init.json) }
  }
  if (!init.form) return { headers, body: null }
  // Encoded whole, so that the request has a length: some engines refuse chunked uploads.
  const encoded = new Response(init.form)
  const type = encoded.headers.get('content-type') ?? 'multipart/form-data'
  return { headers: { ...headers, 'content-type': type }, body: Buffer.from(await encoded.arrayBuffer()) }
}

async function withRetries(
  options: EngineHttpOptions,
  signal: AbortSignal,
  attempt: () => Promise<Uint8Array>,
): Promise<Uint8Array> {
  for (const wait of options.downloadPausesMs ?? [500, 2000]) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ProviderError) || !worthRetrying(error) || signal.aborted) throw error
      await pause(wait, undefined, { signal }).catch(() => {
        throw abortError(signal)
      })
    }
  }
  return attempt()
}

/** Fetching a finished picture again costs nothing, so network errors and a server's own errors are tried again. */
function worthRetrying(error: ProviderError): boolean {
  if (error.status !== null) return error.status >= 500 || error.status === 429
  // A body that broke off has a cause; one that is too large has none and stays too large.
  return error.kind === 'unavailable' || (error.kind === 'malformed-response' && error.cause !== undefined)
}

function downloadError(status: number): ProviderError {
  if (status === 404 || status === 410 || status === 403) {
    return new ProviderError('not-found', `The picture that the engine named is not there any more (${status})`, {
      status,
    })
  }
  return new ProviderError('unavailable', `The picture that the engine named could not be fetched (${status})`, {
    status,
  })
}

/** Where a redirect leads is as much a matter of the engine's as its own address. */
function shownTarget({ called }: EngineHttpOptions, to: URL): string {
  return called === undefined ? to.origin + to.pathname : 'another address'
}

function otherOrigin(from: string, to: string): ProviderError {
  const message = `${from} redirects to ${to}. Enter the engine's final address in the connection`
  return new ProviderError('bad-request', message)
}

/** The headers that go with a request from one address on to the next: no credentials beyond the origin they were for. */
export function headersAfterHop(
  headers: Readonly<Record<string, string>>,
  from: URL,
  to: URL,
): Readonly<Record<string, string>> {
  if (from.origin === to.origin) return headers
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !credentialHeaders.includes(name)))
}

function toHeaders(raw: Dispatcher.ResponseData['headers']): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(raw)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
  }
  return headers
}

/** Lets go of a body that nobody wants, however long it is; what goes wrong with it is no matter here. */
async function discard(response: EngineResponse): Promise<void> {
  const body = response.chunks()[Symbol.asyncIterator]()
  await body.next().then(
    () => body.return?.(),
    () => undefined,
  )
}
