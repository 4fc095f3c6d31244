import { mapHttpError, readErrorBody, readFault, type MappingOptions } from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'

export const engine = 'Stable Diffusion web UI'

/** An answer other than 200, in the port's terms. */
export async function refusal(response: EngineResponse, secrets: readonly (string | null)[]): Promise<ProviderError> {
  const body = await readErrorBody(response)
  const error = mapHttpError(response, body, mapping(secrets))
  return sharpened(error, readFault(body).message)
}

/** Says what can be done about the failures that are this server's own. */
function sharpened(error: ProviderError, words: string): ProviderError {
  const { status, retryAfterMs, message } = error
  if (status === 401) {
    return new ProviderError('auth', `${message}. The key is what follows --api-auth (--auth): user:password`, {
      status,
    })
  }
  // FastAPI's own words for an address that it does not have.
  if ((status === 404 || status === 405) && /^(?:not found|method not allowed)?$/i.test(words)) {
    return new ProviderError(
      'not-found',
      `${engine} has no API at this address. Start it with --api, and enter the address without a path`,
      { status },
    )
  }
  if (/model .* not found|unknown checkpoint/i.test(words)) return new ProviderError('not-found', message, { status })
  if (/(?:sampler|scheduler|upscaler|script|style|image).* not found|init image is none/i.test(words)) {
    return new ProviderError('bad-request', message, { status })
  }
  if (/out of memory/i.test(words)) {
    return new ProviderError('unavailable', `${message} A smaller picture may fit`, { status })
  }
  if (/invalid encoded image/i.test(words)) return new ProviderError('bad-request', message, { status })
  // KoboldCpp: nothing was begun.
  if (status === 503 && /server is busy/i.test(words)) {
    return new ProviderError('unavailable', message, { advice: 'safe-to-resend', retryAfterMs, status })
  }
  return error
}

export function noModel(): ProviderError {
  return new ProviderError('not-found', `${engine} has no model. Put one in its models folder and refresh its list`)
}

export function unfinished(): ProviderError {
  return new ProviderError('interrupted', `${engine}: the picture was interrupted at the server before it was finished`)
}

export function noPicture(): ProviderError {
  return new ProviderError('malformed-response', `${engine} reported success without a picture; its log says why`)
}

function mapping(secrets: readonly (string | null)[]): MappingOptions {
  return { engine, secrets }
}
