// What servers in the manner of OpenAI's Images API have in common, for the providers that speak to more than one of them.
import { z } from 'zod'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineHttp, Outcome, ProducedImage } from '../spec/provider.ts'
import {
  engineWords,
  mapHttpError,
  mapLateFault,
  readFault,
  type EngineFault,
  type MappingOptions,
  type Verdict,
} from './error-mapping.ts'
import { parseAnswer } from './schema.ts'
import { bytesOf, sentPicture } from './sent-picture.ts'

const picture = sentPicture.extend({ revised_prompt: z.string().nullish() })

const imagesAnswer = z.looseObject({
  data: z.array(picture.nullable()).nullish(),
  error: z.unknown().optional(),
  status: z.unknown().optional(),
  task_info: z.unknown().optional(),
  object: z.unknown().optional(),
})

const codes: Readonly<Record<string, Verdict>> = {
  invalid_api_key: { kind: 'auth' },
  // Comes as 429 from some, but waiting brings no credits.
  insufficient_quota: { kind: 'quota' },
  billing_hard_limit_reached: { kind: 'quota' },
  rate_limit_exceeded: { kind: 'rate-limited', advice: 'safe-to-resend' },
  model_not_found: { kind: 'not-found' },
}

const blockedCodes = ['moderation_blocked', 'content_policy_violation', 'content_filter']

export type Blocked = Extract<Outcome, { kind: 'blocked' }>

export interface ImagesApi {
  /** The engine's name in messages. */
  readonly engine: string
  /** What must not be shown: the key. */
  readonly key: string | null
  readonly baseUrl: string
  readonly http: EngineHttp
}

/**
 * What an answer other than 200 means: blocked, when the content was refused.
 * @throws ProviderError for everything else
 */
export function imagesRefusal(
  answer: { readonly status: number; readonly headers: Headers },
  body: string,
  api: ImagesApi,
): Blocked {
  const fault = readFault(body)
  if (isBlocked(fault)) return blocked(fault, api)
  throw mapHttpError(answer, body, mapping(api))
}

/**
 * The same for an error inside an answer that was a success by its status.
 * @throws ProviderError unless the content was refused
 */
export function lateRefusal(value: unknown, api: ImagesApi): Blocked {
  const fault = readFault(value)
  if (isBlocked(fault)) return blocked(fault, api)
  throw mapLateFault(fault, mapping(api))
}

/**
 * The pictures of an answer that was a success by its status, in the engine's order. Takes base64, data URLs and addresses (also
 * relative ones), and fetches the latter.
 * @throws ProviderError
 */
export async function imagesOutcome(value: unknown, api: ImagesApi): Promise<Outcome> {
  const answer = parseAnswer(imagesAnswer, value, api.engine)
  if (answer.error !== undefined && answer.error !== null) return lateRefusal(value, api)
  const images: ProducedImage[] = []
  for (const one of answer.data ?? []) {
    const bytes = one && (await bytesOf(one, api.engine, api))
    if (bytes) images.push({ bytes, ...(one.revised_prompt && { revisedPrompt: one.revised_prompt }) })
  }
  if (images.length > 0) return { kind: 'done', images }
  const isTask = answer.task_info !== undefined || answer.object === 'image.generation.task'
  if (isTask || (answer.data === undefined && answer.status !== undefined)) {
    const message = `${api.engine} only took a task to be asked about later. Easel needs a server that answers with the picture`
    throw new ProviderError('unsupported', message)
  }
  throw new ProviderError('malformed-response', `${api.engine} reported success without a picture`)
}

function isBlocked({ code, type }: EngineFault): boolean {
  return [code, type].some((name) => name !== null && blockedCodes.includes(name))
}

function blocked(fault: EngineFault, { engine, key }: ImagesApi): Blocked {
  const reason = engineWords(fault.message, [key]) || `${engine} refused this request without saying why`
  return { kind: 'blocked', reason }
}

function mapping({ engine, key }: ImagesApi): MappingOptions {
  return { engine, secrets: [key], codes }
}

/** The entries of a setting that is a list with commas, without blanks and repetitions. */
export function listed(text: string): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim())
  return [...new Set(entries.filter((entry) => entry !== ''))]
}
