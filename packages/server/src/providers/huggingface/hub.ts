// The Hub: what models there are, and which service serves which. It never draws.
import { parseJson } from '../kit/engine-response.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'
import { engine, hubRefusal } from './errors.ts'
import { settings } from './options.ts'

export const router = 'https://router.huggingface.co'
const hub = 'https://huggingface.co'
const switchedOff = 'api-inference.huggingface.co'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 20_000_000 }

/**
 * Asks the Hub. The router has none, so with it the public one is asked, without the key; any other address (a proxy) is asked itself.
 * @returns the answer, or null when there is no such thing
 * @throws ProviderError that says, where it can, that the request may be sent again: nothing has been drawn
 */
export async function askHub(path: string, context: CallContext): Promise<unknown> {
  try {
    return isRouter(context) ? await askPublicHub(path, context) : await askOwnHub(path, context)
  } catch (error) {
    if (!(error instanceof ProviderError) || !['unavailable', 'timeout'].includes(error.kind)) throw error
    const { kind, message, retryAfterMs, status } = error
    throw new ProviderError(kind, message, { advice: 'safe-to-resend', retryAfterMs, status, cause: error })
  }
}

/**
 * Turns away addresses that cannot work.
 * @throws ProviderError that says which address does
 */
export function checkAddress({ baseUrl }: CallContext): void {
  const address = URL.parse(baseUrl)
  if (address?.hostname === switchedOff) {
    throw new ProviderError('not-found', `${switchedOff} was switched off: the connection's address is now ${router}`)
  }
  // Chat programs want it with /v1, which serves words only.
  if (address?.origin === router && address.pathname !== '/') {
    throw new ProviderError('bad-request', `Enter ${router} as the connection's address, with nothing after it`)
  }
}

export function isRouter({ baseUrl }: CallContext): boolean {
  return URL.parse(baseUrl)?.origin === router
}

async function askPublicHub(path: string, { http }: CallContext): Promise<unknown> {
  try {
    const bytes = await http.download(hub + path, { maxBytes: shortCall.maxBytes, timeoutMs: 30_000 })
    return parseJson(new TextDecoder().decode(bytes), hub)
  } catch (error) {
    if (!(error instanceof ProviderError) || error.status === null) throw error
    // A model that is private or not there is told as 401 to those who do not say who they are.
    if ([401, 403, 404].includes(error.status)) return null
    const message = `${hub} could not be asked for its models (${error.status})`
    throw new ProviderError(error.status === 429 ? 'rate-limited' : 'unavailable', message, { status: error.status })
  }
}

async function askOwnHub(path: string, context: CallContext): Promise<unknown> {
  const headers = headersFor(context)
  const response = await context.http.request(path, { method: 'GET', headers, ...shortCall })
  if (response.status === 200) return response.json()
  const error = await hubRefusal(response, [context.key])
  if (response.status === 404 || response.status === 405) return null
  throw error
}

/**
 * Whether the router takes the key, which the public Hub is never shown. Costs nothing.
 * @throws ProviderError with kind `auth` when it does not
 */
export async function checkKey(context: CallContext): Promise<void> {
  const headers = headersFor(context)
  const response = await context.http.request('/v1/models', { method: 'GET', headers, ...shortCall })
  if (response.status === 401 || response.status === 403) throw await hubRefusal(response, [context.key])
  // Whatever else it says is of no matter; the connection is let go.
  await readErrorBody(response)
}

export function headersFor(context: CallContext): Record<string, string> {
  if (context.key === null) throw new ProviderError('auth', `${engine} needs a key: enter one in the connection`)
  const { billTo } = settings.parse(context.settings)
  return { authorization: `Bearer ${context.key}`, ...(billTo !== '' && { 'x-hf-bill-to': billTo }) }
}
