import { imagesRefusal, type ImagesApi } from '../kit/images-api.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse, Outcome } from '../spec/provider.ts'

export function apiOf({ key, baseUrl, http }: CallContext): ImagesApi {
  return { engine: 'Gab AI', key, baseUrl, http }
}

/**
 * What an answer other than 200 means.
 * @throws ProviderError unless the content was refused
 */
export function refusal(response: EngineResponse, body: string, context: CallContext): Outcome {
  return imagesRefusal(response, body, apiOf(context))
}

export function noKey(): ProviderError {
  return new ProviderError('auth', 'Gab AI needs a key (gab_…) of a Plus subscription: enter one in the connection')
}

export function noModel(): ProviderError {
  return new ProviderError('not-found', "Gab AI lists no models. Name one in the connection's settings")
}
