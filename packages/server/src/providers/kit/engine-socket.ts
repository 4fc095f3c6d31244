import { WebSocket } from 'undici'
import { DefectError } from '#base/errors.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineSocket, EngineSocketInit } from '../spec/provider.ts'
import { agentsFor } from './agents.ts'
import { checkUrl, parseHttpUrl, type Resolve } from './guard.ts'
import { abortError } from './transport-error.ts'

interface SocketOptions {
  readonly baseUrl: string
  readonly signal: AbortSignal
  readonly allowPrivateBase: boolean
  readonly called?: string
  readonly resolve?: Resolve
}

/**
 * The WebSocket half of the `EngineHttp` port. It goes to the connection's own origin and nowhere else: the handshake follows no
 * redirect, and an address that requests may not reach is not reached this way either.
 * @throws ProviderError
 */
export async function openEngineSocket(
  options: SocketOptions,
  path: string,
  init: EngineSocketInit,
): Promise<EngineSocket> {
  const { signal, baseUrl, allowPrivateBase } = options
  if (!path.startsWith('/')) throw new DefectError(`The path ${path} must begin with a slash`)
  if (baseUrl === '') throw new ProviderError('bad-request', 'This connection has no address')
  const own = parseHttpUrl(baseUrl)
  const url = parseHttpUrl(baseUrl + path)
  const name = options.called ?? own.origin
  if (url.origin !== own.origin) throw new ProviderError('bad-request', `${url.origin} is not where ${name} is`)
  if (signal.aborted) throw abortError(signal)
  if (!allowPrivateBase) checkUrl(url.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const agents = agentsFor(options.resolve)
  const socket = new WebSocket(url, {
    dispatcher: allowPrivateBase ? agents.own : agents.guarded,
    headers: { 'user-agent': 'Easel', ...init.headers },
  })
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('message', ({ data }) => {
    init.onMessage(data instanceof ArrayBuffer ? new Uint8Array(data) : String(data))
  })
  return opened(socket, { name, signal, openTimeoutMs: init.openTimeoutMs })
}

/** Waits for the handshake; from then on the socket lives until either side or the signal ends it. */
async function opened(
  socket: WebSocket,
  { name, signal, openTimeoutMs }: { name: string; signal: AbortSignal; openTimeoutMs: number },
): Promise<EngineSocket> {
  const open = Promise.withResolvers<void>()
  const closed = Promise.withResolvers<void>()
  const close = () => socket.close()
  const timer = setTimeout(() => {
    open.reject(new ProviderError('timeout', `${name} did not open a WebSocket in time`))
    close()
  }, openTimeoutMs)
  signal.addEventListener('abort', close)
  socket.addEventListener('open', () => open.resolve())
  // What went wrong is told by no event beyond that it did; a handshake's headers are better not quoted.
  socket.addEventListener('error', () => open.reject(new ProviderError('unavailable', `${name} opens no WebSocket`)))
  socket.addEventListener('close', () => {
    signal.removeEventListener('abort', close)
    open.reject(new ProviderError('unavailable', `${name} opens no WebSocket`))
    closed.resolve()
  })
  try {
    await open.promise
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error
  } finally {
    clearTimeout(timer)
  }
  return { send: (text) => socket.send(text), closed: closed.promise, close }
}
