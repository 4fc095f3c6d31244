import { mapHttpError, mapLateFault, readErrorBody, readFault, type MappingOptions } from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'

const drawingVersions = 'Ollama draws pictures only from version 0.14.3 to 0.32.5'
const instead = 'Take Ollama 0.32.5 instead, or an engine such as ComfyUI, AUTOMATIC1111 or stable-diffusion.cpp'

/** An answer other than 200, in the port's terms. */
export async function refusal(response: EngineResponse, secrets: readonly (string | null)[], model: string) {
  const body = await readErrorBody(response)
  return sharpened(mapHttpError(response, body, mapping(secrets)), { words: readFault(body).message, model })
}

/** An `error` line in the middle of an answer. */
export function lateRefusal(words: string, secrets: readonly (string | null)[], model: string): ProviderError {
  const fault = { message: words, type: null, code: null }
  return sharpened(mapLateFault(fault, mapping(secrets)), { words, model })
}

/** Says what can be done about the failures that are Ollama's own. */
function sharpened(error: ProviderError, about: { words: string; model: string }): ProviderError {
  const { retryAfterMs, status } = error
  if (/image generation models are not (?:currently )?supported/i.test(about.words)) {
    return new ProviderError('unsupported', `${drawingVersions}, and this one refuses. ${instead}. ${error.message}`, {
      status,
    })
  }
  if (status === 404 || /^model .* not found/i.test(about.words)) {
    return new ProviderError('not-found', `${error.message}. Get it with: ollama pull ${about.model}`, { status })
  }
  if (status === 499) return new ProviderError('interrupted', error.message, { status })
  // "server busy": the queue was full, nothing was begun.
  if (status === 503)
    return new ProviderError('unavailable', error.message, { advice: 'safe-to-resend', retryAfterMs, status })
  return error
}

export function tooOld(version: string): ProviderError {
  return new ProviderError('unsupported', `${drawingVersions}; this is ${version}. Take 0.32.5 instead`)
}

export function tooNew(version: string): ProviderError {
  const message = `${drawingVersions}; this is ${version}, and it offers no model that draws. ${instead}`
  return new ProviderError('unsupported', message)
}

export function noModel(): ProviderError {
  return new ProviderError(
    'not-found',
    'This Ollama has no model that draws. Get one with: ollama pull x/z-image-turbo',
  )
}

function mapping(secrets: readonly (string | null)[]): MappingOptions {
  return { engine: 'Ollama', secrets }
}
