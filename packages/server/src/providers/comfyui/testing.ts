// What the tests of this folder share.
import { DefectError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import type { ImageRequest, Outcome, RunContext } from '../spec/provider.ts'
import { contextsWith, type Sign } from '../kit/testing.ts'
import type { FakeComfyUi } from './fake-comfyui.ts'
import { poll } from './job.ts'
import { provider } from './provider.ts'
import { settings } from './options.ts'

export const sdxl = 'checkpoints/sd_xl_base_1.0.safetensors'
export const flux = 'diffusion_models/flux1-dev.safetensors'

export const request: ImageRequest = {
  model: sdxl,
  prompt: 'a lighthouse',
  n: 1,
  width: 64,
  height: 48,
  seed: 7,
  steps: 3,
  sources: [],
  options: {},
}

/** A context as it is after the settings were checked. */
export function contextFor(baseUrl: string, more: Partial<RunContext> = {}): RunContext & { readonly signs: Sign[] } {
  return contextsWith()(baseUrl, { ...more, settings: settings.parse(more.settings ?? {}) })
}

export async function submit(context: RunContext, more: Partial<ImageRequest> = {}): Promise<Json> {
  const outcome = await provider.start({ ...request, ...more }, context)
  if (outcome.kind !== 'pending') throw new DefectError(`The outcome was ${outcome.kind}`)
  return outcome.operation
}

/** Looks until there is an end, in as many processes as it takes: every look gets what the one before saved as JSON. */
export async function follow(operation: Json, context: RunContext): Promise<Extract<Outcome, { kind: 'done' }>> {
  let outcome = await poll(operation, context)
  while (outcome.kind === 'pending') outcome = await poll(JSON.parse(JSON.stringify(outcome.operation)), context)
  if (outcome.kind !== 'done') throw new DefectError(`The outcome was ${outcome.kind}`)
  return outcome
}

export async function draw(context: RunContext, more: Partial<ImageRequest> = {}) {
  return (await follow(await submit(context, more), context)).images
}

/** The graph of the last job that was sent. */
export function lastGraph(engine: FakeComfyUi): unknown {
  const body = engine.requests.findLast(({ path }) => path.endsWith('/prompt'))?.json()
  return typeof body === 'object' && body !== null && 'prompt' in body ? body.prompt : undefined
}
