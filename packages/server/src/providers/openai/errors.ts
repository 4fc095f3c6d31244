import {
  engineWords,
  mapHttpError,
  mapLateFault,
  readFault,
  type MappingOptions,
  type Verdict,
} from '../kit/error-mapping.ts'
import type { EngineResponse, Outcome } from '../spec/provider.ts'

/** OpenAI's codes where they say more than the status: https://platform.openai.com/docs/guides/error-codes */
const codes: Readonly<Record<string, Verdict>> = {
  invalid_api_key: { kind: 'auth' },
  // Comes as 429, but waiting brings no credits.
  insufficient_quota: { kind: 'quota' },
  billing_hard_limit_reached: { kind: 'quota' },
  rate_limit_exceeded: { kind: 'rate-limited', advice: 'safe-to-resend' },
  model_not_found: { kind: 'not-found' },
}

const blockedCodes = ['moderation_blocked', 'content_policy_violation']

function mapping(secrets: readonly (string | null)[]): MappingOptions {
  return { engine: 'OpenAI', secrets, codes }
}

/**
 * What an answer other than 200 means: blocked, when the content was refused.
 * @throws ProviderError for everything else
 */
export function refusal(response: EngineResponse, body: string, secrets: readonly (string | null)[]): Outcome {
  const fault = readFault(body)
  if (isBlocked(fault.code)) return { kind: 'blocked', reason: reasonOf(fault.message, secrets) }
  throw mapHttpError(response, body, mapping(secrets))
}

/** The same for an error inside an answer that began as success. */
export function lateRefusal(body: unknown, secrets: readonly (string | null)[]): Outcome {
  const fault = readFault(body)
  if (isBlocked(fault.code)) return { kind: 'blocked', reason: reasonOf(fault.message, secrets) }
  throw mapLateFault(fault, mapping(secrets))
}

function isBlocked(code: string | null): boolean {
  return code !== null && blockedCodes.includes(code)
}

function reasonOf(words: string, secrets: readonly (string | null)[]): string {
  return engineWords(words, secrets) || 'OpenAI refused this request without saying why'
}
