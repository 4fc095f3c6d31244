import { engineWords, mapHttpError, mapLateFault, readFault, type MappingOptions } from '../kit/error-mapping.ts'
import type { Blocked } from '../kit/images-api.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'

type Secrets = readonly (string | null)[]

// xAI has no codes for these, only sentences.
const moderation = /moderat|usage guidelines|content polic|safety[ _]check/i
const noMoney = /\bcredits?\b|spending limit/i

function mapping(secrets: Secrets): MappingOptions {
  return { engine: 'xAI', secrets }
}

/**
 * What an answer other than 200 means: blocked, when the content was refused.
 * @throws ProviderError for everything else
 */
export function refusal(response: EngineResponse, body: string, of: { secrets: Secrets }): Blocked {
  const { status } = response
  const { message } = readFault(body)
  // Before the rest: the sentence that refuses content names the key's id, too.
  if ((status === 400 || status === 403) && moderation.test(message)) return blocked(message, of.secrets)
  const error = mapHttpError(response, body, mapping(of.secrets))
  // A wrong key comes as 400.
  if (status === 400 && /api key/i.test(message)) throw new ProviderError('auth', error.message, { status })
  // As 403 or as 429, but waiting brings no credits.
  if ((status === 403 || status === 429) && noMoney.test(message)) {
    throw new ProviderError('quota', error.message, { status })
  }
  throw error
}

/** The same for an error inside an answer that began as success. */
export function lateRefusal(answer: unknown, secrets: Secrets): Blocked {
  const fault = readFault(answer)
  if (moderation.test(fault.message)) return blocked(fault.message, secrets)
  throw mapLateFault(fault, mapping(secrets))
}

/** A refusal; xAI mostly gives no words for it. */
export function blocked(words: string, secrets: Secrets): Blocked {
  return {
    kind: 'blocked',
    reason: engineWords(words, secrets) || 'xAI held the picture back: its moderation did not let it pass',
  }
}
