import type { ErrorKind } from '@easel/contract'
import { engineWords, mapHttpError, readErrorBody, type MappingOptions } from '../kit/error-mapping.ts'
import { parseJson } from '../kit/engine-response.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'
import { executionError, promptRefusal, type HistoryEntry, type NodeErrors } from './wire.ts'

type Secrets = readonly (string | null)[]

const mapping = (secrets: Secrets): MappingOptions => ({
  engine: 'ComfyUI',
  secrets,
  codes: { missing_node_type: { kind: 'unsupported' } },
})

/** An answer other than 200, in the port's terms. What is wrong with single nodes goes before the general words. */
export async function refusal(response: EngineResponse, secrets: Secrets): Promise<ProviderError> {
  const body = await readErrorBody(response)
  const { status } = response
  const nodeErrors = nodeErrorsIn(body)
  const words = nodeErrorWords(nodeErrors, secrets)
  const error = mapHttpError(response, body, mapping(secrets))
  if (words !== '')
    return new ProviderError(kindOf(nodeErrors), `ComfyUI: ${words}${adviceFor(nodeErrors)}`, { status })
  if (error.kind === 'unsupported' || /node \S+ does not exist/i.test(error.message)) {
    const advice = 'Install the missing nodes on the server or use another workflow'
    return new ProviderError('unsupported', `${error.message}. ${advice}`, { status })
  }
  return error
}

function nodeErrorsIn(body: string): NodeErrors {
  if (!body.trimStart().startsWith('{')) return {}
  try {
    const parsed = promptRefusal.safeParse(parseJson(body, 'ComfyUI'))
    return parsed.success ? entries(parsed.data.node_errors) : {}
  } catch (error) {
    // The body of an error that was cut short: its other words are shown.
    if (error instanceof ProviderError) return {}
    throw error
  }
}

function entries(value: NodeErrors | readonly [] | undefined): NodeErrors {
  return value === undefined || isList(value) ? {} : value
}

function isList(value: NodeErrors | readonly []): value is readonly [] {
  return Array.isArray(value)
}

/** What is wrong with each node, in one line; empty when nothing is. */
export function nodeErrorWords(value: NodeErrors | readonly [] | undefined, secrets: Secrets): string {
  const faults = Object.entries(entries(value)).flatMap(([id, { class_type: name, errors }]) =>
    errors.map(({ message, details }) => {
      const said = [message, details].filter((text) => text !== '').join(': ')
      return `${name ?? 'a node'} (node ${id}): ${said}`
    }),
  )
  return engineWords(faults.join('; '), secrets)
}

const modelInputs: readonly (string | undefined)[] = ['ckpt_name', 'unet_name']
const fileInputs: readonly (string | undefined)[] = ['clip_name1', 'clip_name2', 'vae_name']

function inputsNotInList(nodeErrors: NodeErrors): readonly (string | undefined)[] {
  const faults = Object.values(nodeErrors).flatMap(({ errors }) => errors)
  return faults.filter(({ type }) => type === 'value_not_in_list').map((fault) => fault.extra_info?.input_name)
}

function kindOf(nodeErrors: NodeErrors): ErrorKind {
  return inputsNotInList(nodeErrors).some((name) => modelInputs.includes(name)) ? 'not-found' : 'bad-request'
}

function adviceFor(nodeErrors: NodeErrors): string {
  return inputsNotInList(nodeErrors).some((name) => fileInputs.includes(name))
    ? ". Which files FLUX needs beside the model is set in the connection's settings"
    : ''
}

/**
 * The error of a job that ended without success, or null when it succeeded. Its kind is never one after which the job
 * would be looked at again: it has ended.
 */
export function jobError({ status }: HistoryEntry, secrets: Secrets): ProviderError | null {
  if (!status) return null
  const message = status.messages.findLast(([type]) => type === 'execution_error' || type === 'execution_interrupted')
  if (message?.[0] === 'execution_interrupted') {
    return new ProviderError('interrupted', 'The job was stopped at ComfyUI')
  }
  if (!message && status.status_str !== 'error') return null
  const told = executionError.safeParse(message?.[1])
  if (!told.success) return new ProviderError('bad-request', 'ComfyUI failed without saying why; its log says more')
  const { node_type: type, node_id: id, exception_message: said, exception_type: exception } = told.data
  const words = engineWords(said || exception || 'it did not say why', secrets)
  const where = type ? `${engineWords(type, secrets)} (node ${engineWords(String(id ?? '?'), secrets)}) failed: ` : ''
  const memory = /out ?of ?memory|allocation on device/i.test(`${exception} ${said}`)
  const advice = memory ? '. Its memory is too small for this; try a smaller size or fp8 weights' : ''
  return new ProviderError('bad-request', `ComfyUI: ${where}${words}${advice}`)
}

export function jobLost(): ProviderError {
  const message = 'ComfyUI does not know this job any more; it was probably restarted, or the job was removed there'
  return new ProviderError('not-found', message)
}

/** For a job that nobody knows to have been taken, and whose graph may hold nodes that call paid services. */
export function jobUnknown(): ProviderError {
  const message =
    'Easel was stopped while it sent this job, and ComfyUI does not know it, or was started anew since. Nodes of your own workflow may have cost ' +
    'money, so it was not sent again. Retry if you want it anyway'
  return new ProviderError('interrupted', message)
}

export function noPicture(warnings: string): ProviderError {
  const why = warnings === '' ? 'does the workflow save or preview one?' : warnings
  return new ProviderError('malformed-response', `ComfyUI finished without a picture: ${why}`)
}

export function noModel(): ProviderError {
  const message =
    'This ComfyUI has no model that the built-in workflows can use: put a checkpoint (SD, SDXL, FLUX) into models/checkpoints, ' +
    'or give the connection a workflow of your own'
  return new ProviderError('not-found', message)
}

export function unknownModel(id: string): ProviderError {
  const shown = engineWords(id, [])
  return new ProviderError(
    'not-found',
    `No built-in workflow fits the model ${shown}; a workflow of your own can use it`,
  )
}

export function noWorkflow(): ProviderError {
  return new ProviderError('not-found', 'This connection has no workflow of its own any more; choose another model')
}
