import { imagesRefusal, type ImagesApi } from '../kit/images-api.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse, Outcome } from '../spec/provider.ts'

export function apiOf({ key, baseUrl, http }: CallContext): ImagesApi {
  return { engine: 'The server', key, baseUrl, http }
}

/**
 * What an answer other than 200 means.
 * @throws ProviderError unless the content was refused
 */
export function refusal(
  response: EngineResponse,
  body: string,
  { context, editing }: { context: CallContext; editing: boolean },
): Outcome {
  try {
    return imagesRefusal(response, body, apiOf(context))
  } catch (error) {
    throw withHint(error, editing)
  }
}

/** A route that is not there is the commonest surprise with these servers. */
function withHint(error: unknown, editing: boolean): unknown {
  if (!(error instanceof ProviderError) || ![404, 405, 501].includes(error.status ?? 0)) return error
  const hint = editing
    ? "If it has no /images/edits, change the connection's setting for source pictures"
    : 'Either it has no such model, or no /images/generations at all: LM Studio, for one, draws no pictures'
  return new ProviderError(error.kind, `${error.message}. ${hint}`, { status: error.status, cause: error.cause })
}

export function noModel(): ProviderError {
  return new ProviderError(
    'not-found',
    "This server lists no model that draws. If it has one, name it in the connection's settings",
  )
}
