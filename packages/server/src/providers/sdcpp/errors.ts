import {
  engineWords,
  mapHttpError,
  mapLateFault,
  readErrorBody,
  readFault,
  type MappingOptions,
} from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'
import type { Job } from './wire.ts'

export const engine = 'stable-diffusion.cpp'

type Secrets = readonly (string | null)[]

/** An answer other than success, in the port's terms. */
export async function refusal(response: EngineResponse, secrets: Secrets): Promise<ProviderError> {
  const body = await readErrorBody(response)
  const error = mapHttpError(response, body, mapping(secrets))
  const { status, message } = error
  if (status === 404) {
    // Its 404 of an unknown address has no words of its own.
    const words = readFault(body).message
    const older = `${engine} has no /sdcpp/v1 at this address: it is older than its job API, or another program`
    return new ProviderError('not-found', words === '' ? older : `${message}. ${older}`, { status })
  }
  return error
}

/** A job that the server does not know (404) or has thrown away (410). */
export async function lostJob(response: EngineResponse, secrets: Secrets): Promise<ProviderError> {
  const words = engineWords(readFault(await readErrorBody(response)).message, secrets)
  const why =
    response.status === 410
      ? 'The server kept the picture for ten minutes and has thrown it away'
      : 'The server does not know the job any more: it was started anew'
  const message = words === '' ? `${engine}: ${why}` : `${engine}: ${words}. ${why}`
  return new ProviderError('not-found', message, { status: response.status })
}

/** What the end of a job that made no picture means. */
export function failedJob({ status, error }: Job, secrets: Secrets): ProviderError {
  const fault = { message: error?.message ?? '', type: null, code: error?.code ?? null }
  const { kind, message } = mapLateFault(fault, mapping(secrets))
  return new ProviderError(status === 'cancelled' ? 'interrupted' : kind, message)
}

/** A job that is being worked on cannot be stopped. */
export async function cannotStop(response: EngineResponse, secrets: Secrets): Promise<ProviderError> {
  const words = engineWords(readFault(await readErrorBody(response)).message, secrets)
  return new ProviderError('unsupported', `${engine} is drawing already and goes on${words && `: ${words}`}`, {
    status: response.status,
  })
}

export function noPictures(): ProviderError {
  return new ProviderError('malformed-response', `${engine} reported success without a picture; its log says why`)
}

export function drawsNothing(modes: readonly string[]): ProviderError {
  return new ProviderError('unsupported', `The model of this server makes no pictures, only: ${modes.join(', ')}`)
}

function mapping(secrets: Secrets): MappingOptions {
  return { engine, secrets, codes: { cancelled: { kind: 'interrupted' }, invalid_request: { kind: 'bad-request' } } }
}
