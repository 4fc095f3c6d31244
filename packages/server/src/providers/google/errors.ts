import { engineWords, mapHttpError, mapLateFault, readFault, type MappingOptions } from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse, Outcome } from '../spec/provider.ts'
import type { ContentAnswer } from './wire.ts'

type Secrets = readonly (string | null)[]

const blockingReasons = [
  'SAFETY',
  'PROHIBITED_CONTENT',
  'BLOCKLIST',
  'RECITATION',
  'SPII',
  'NO_IMAGE',
  'IMAGE_SAFETY',
  'IMAGE_PROHIBITED_CONTENT',
  'IMAGE_RECITATION',
  'IMAGE_OTHER',
]

function mapping(secrets: Secrets): MappingOptions {
  return { engine: 'Google', secrets, codes: { CANCELLED: { kind: 'unavailable' } } }
}

/** What an answer other than 200 means. */
export function refusal(response: EngineResponse, body: string, of: { secrets: Secrets }): ProviderError {
  const error = mapHttpError(response, body, mapping(of.secrets))
  const { status, advice, retryAfterMs } = error
  const as = (kind: ProviderError['kind'], message: string) =>
    new ProviderError(kind, message, { status, advice, retryAfterMs })
  // A wrong key comes as 400; only the details say so.
  if (/"reason"\s*:\s*"API_KEY_(?:INVALID|EXPIRED)"/.test(body)) return as('auth', error.message)
  if (readFault(body).type === 'FAILED_PRECONDITION' && /billing/i.test(error.message))
    return as('quota', error.message)
  return error
}

/** The same for an error inside an answer that began as success. */
export function lateRefusal(answer: unknown, secrets: Secrets): ProviderError {
  return mapLateFault(readFault(answer), mapping(secrets))
}

type Blocked = Extract<Outcome, { kind: 'blocked' }>

/** What an answer says beside its pictures and its thoughts. */
export function wordsOf(answer: ContentAnswer): string {
  const parts = answer.candidates.flatMap(({ content }) => content?.parts ?? [])
  return parts.flatMap(({ text, thought }) => (text !== undefined && thought !== true ? [text] : [])).join(' ')
}

/** The refusal in an answer of status 200 that has not what was asked for, or null where nothing was refused. */
export function refusalIn(answer: ContentAnswer, secrets: Secrets): Blocked | null {
  const { blockReason, blockReasonMessage } = answer.promptFeedback ?? {}
  if (blockReason !== undefined) return blocked(blockReasonMessage, `the prompt was blocked (${blockReason})`, secrets)
  for (const { finishReason, finishMessage } of answer.candidates) {
    if (finishReason !== undefined && blockingReasons.includes(finishReason)) {
      return blocked(finishMessage || wordsOf(answer), `nothing was given (${finishReason})`, secrets)
    }
  }
  return null
}

/** Why an answer of status 200 has no picture: blocked, or, where nothing was refused, an error. */
export function withoutPicture(answer: ContentAnswer, secrets: Secrets): Outcome {
  const refused = refusalIn(answer, secrets)
  if (refused !== null) return refused
  const answered = engineWords(wordsOf(answer), secrets)
  const why =
    answered === '' ? 'reported success without a picture' : `answered in words instead of a picture: ${answered}`
  throw new ProviderError('malformed-response', `Google ${why}`)
}

export function blocked(words: string | undefined, otherwise: string, secrets: Secrets): Blocked {
  return { kind: 'blocked', reason: engineWords(words ?? '', secrets) || `Google: ${otherwise}` }
}
