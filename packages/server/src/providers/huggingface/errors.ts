import { z } from 'zod'
import { engineWords, mapHttpError, mapLateFault, readErrorBody, readFault } from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse, Outcome } from '../spec/provider.ts'

type Secrets = readonly (string | null)[]

export const engine = 'Hugging Face'

export function engineAt(backend: string): string {
  return `${engine} (${backend})`
}

/** Where a request went, for what is said about its failure. */
export interface Place {
  readonly backend: string
  readonly secrets: Secrets
  /** Other services that the same request could go to. */
  readonly others?: readonly string[]
}

const longestWaitMs = 3_600_000
const refusedContent = /content[ _]policy|moderation[ _]blocked|content[ _]filter|\bnsfw\b/i

/**
 * What an answer other than success means: blocked, when the content was refused.
 * @throws ProviderError for everything else
 */
export async function refused(response: EngineResponse, place: Place): Promise<Outcome> {
  const body = await readErrorBody(response)
  const { status } = response
  if ([400, 403, 422, 451].includes(status) && refusedContent.test(body)) return blocked(readFault(body).message, place)
  const error = mapHttpError(response, body, { engine: engineAt(place.backend), secrets: place.secrets })
  if (status === 503) throw loading(error, body) ?? error
  // 404: no such model there; 410: the service has given it up.
  if (status !== 404 && status !== 410) throw error
  const [other] = place.others ?? []
  const advice = other === undefined ? 'Take another model' : `Name ${other} before it among the connection's services`
  throw new ProviderError('not-found', `${error.message.replace(/\.$/, '')}. ${advice}`, { status })
}

/** A model that is being loaded: nothing was begun, and it is said when to come back. */
function loading(error: ProviderError, body: string): ProviderError | null {
  const said = z.object({ estimated_time: z.number().nonnegative() }).safeParse(parsed(body))
  if (!said.success) return null
  const seconds = Math.ceil(said.data.estimated_time)
  return new ProviderError('unavailable', `${error.message}. It should be ready in about ${seconds} seconds`, {
    advice: 'safe-to-resend',
    retryAfterMs: error.retryAfterMs ?? Math.min(seconds * 1000, longestWaitMs),
    status: error.status,
  })
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // A proxy's page: it says nothing about when.
    return null
  }
}

/** What a job that made no picture means. */
export function failedJob(words: string, place: Place): Outcome {
  if (refusedContent.test(words)) return blocked(words, place)
  const fault = { message: words, type: null, code: null }
  throw mapLateFault(fault, { engine: engineAt(place.backend), secrets: place.secrets })
}

/** The same for an answer of the Hub, which lists models and draws nothing. */
export async function hubRefusal(response: EngineResponse, secrets: Secrets): Promise<ProviderError> {
  return mapHttpError(response, await readErrorBody(response), { engine, secrets })
}

export function blocked(words: string, { backend, secrets }: Place): Outcome {
  const reason = engineWords(words, secrets) || `${engineAt(backend)} withheld the picture as not safe for work`
  return { kind: 'blocked', reason }
}

export function noPicture(backend: string): ProviderError {
  return new ProviderError('malformed-response', `${engineAt(backend)} reported success without a picture`)
}

export function strangeAddress(backend: string): ProviderError {
  return new ProviderError('malformed-response', `${engineAt(backend)} took the request, but not in a way to ask again`)
}
