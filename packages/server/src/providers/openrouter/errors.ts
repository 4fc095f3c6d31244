import { z } from 'zod'
import {
  engineWords,
  mapHttpError,
  mapLateFault,
  readFault,
  type EngineFault,
  type MappingOptions,
  type Verdict,
} from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse, Outcome } from '../spec/provider.ts'
import type { ChatAnswer } from './wire.ts'

type Secrets = readonly (string | null)[]
type Blocked = Extract<Outcome, { kind: 'blocked' }>

/** OpenRouter's codes are HTTP statuses, also inside an answer of status 200: https://openrouter.ai/docs/errors */
const codes: Readonly<Record<string, Verdict>> = {
  400: { kind: 'bad-request' },
  401: { kind: 'auth' },
  402: { kind: 'quota' },
  403: { kind: 'auth' },
  404: { kind: 'not-found' },
  408: { kind: 'timeout' },
  413: { kind: 'bad-request' },
  422: { kind: 'bad-request' },
  429: { kind: 'rate-limited', advice: 'safe-to-resend' },
  504: { kind: 'timeout' },
  524: { kind: 'timeout' },
  rate_limit_exceeded: { kind: 'rate-limited', advice: 'safe-to-resend' },
}

const blockingCodes = ['moderation_blocked', 'content_policy_violation', 'content_filter']
const blockingWords = /moderat|flagged|content polic|safety (?:system|filter)/i
const blockingFinish = /safety|prohibited|blocklist|recitation|content_filter/i

const detailed = z.object({
  error: z.object({
    metadata: z
      .object({
        reasons: z.array(z.string()).nullish().catch(undefined),
        flagged_input: z.unknown().optional(),
        provider_name: z.string().nullish().catch(undefined),
        raw: z.unknown().optional(),
      })
      .nullish(),
  }),
})

interface Fault extends EngineFault {
  readonly blocked: boolean
}

/** The fault with the words of the provider behind OpenRouter, which mostly say more than its own. */
function faultOf(body: unknown, status?: number): Fault {
  const fault = readFault(body)
  const metadata = detailed.safeParse(typeof body === 'string' ? parsed(body) : body).data?.error.metadata
  const behind = readFault(metadata?.raw)
  const reasons = metadata?.reasons ?? []
  const blocked =
    reasons.length > 0 ||
    typeof metadata?.flagged_input === 'string' ||
    [fault.code, fault.type, behind.code, behind.type].some((code) => code !== null && blockingCodes.includes(code)) ||
    ((status === 403 || fault.code === '403') && blockingWords.test(fault.message))
  const more = [
    reasons.join(', '),
    behind.message === '' || behind.message === fault.message
      ? ''
      : `${metadata?.provider_name ?? 'its provider'}: ${behind.message}`,
  ].filter((words) => words !== '')
  const message = more.length === 0 ? fault.message : `${fault.message} (${more.join('; ')})`.trim()
  return { ...fault, message, blocked }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function mapping(secrets: Secrets): MappingOptions {
  return { engine: 'OpenRouter', secrets, codes }
}

/**
 * What an answer other than 200 means: blocked, when the content was refused.
 * @throws ProviderError for everything else
 */
export function refusal(response: EngineResponse, body: string, of: { secrets: Secrets }): Blocked {
  const { blocked: isBlocked, message, code, type } = faultOf(body, response.status)
  if (isBlocked) return blocked(message, of.secrets)
  const error = mapHttpError(response, JSON.stringify({ error: { message, code, type } }), mapping(of.secrets))
  // The gateway's own page for a model that took too long has no code in it.
  if (response.status === 524) throw new ProviderError('timeout', error.message, { status: 524 })
  throw error
}

/** The same for an error inside an answer that began as success: the model had begun. */
export function lateRefusal(answer: unknown, secrets: Secrets): Blocked {
  const fault = faultOf(answer)
  if (fault.blocked) return blocked(fault.message, secrets)
  throw mapLateFault(fault, mapping(secrets))
}

/** Why an answer of the chat has no picture: blocked, or, where nothing was refused, an error. */
export function withoutPicture({ choices }: ChatAnswer, secrets: Secrets): Outcome {
  const said = choices.map(({ message }) => message?.content ?? '').join(' ')
  for (const { finish_reason, native_finish_reason, message } of choices) {
    if (message?.refusal) return blocked(message.refusal, secrets)
    const reason = [native_finish_reason, finish_reason].find((one) => one && blockingFinish.test(one))
    if (reason) return blocked(said.trim() || `The model gave no picture (${reason})`, secrets)
  }
  const words = engineWords(said, secrets)
  const why = words === '' ? 'reported success without a picture' : `answered in words instead of a picture: ${words}`
  throw new ProviderError('malformed-response', `OpenRouter ${why}`)
}

function blocked(words: string, secrets: Secrets): Blocked {
  return {
    kind: 'blocked',
    reason: engineWords(words, secrets) || 'OpenRouter refused this request without saying why',
  }
}
