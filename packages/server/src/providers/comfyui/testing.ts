// What the tests of this folder share.
import { createEngineHttp } from '../kit/engine-http.ts'
import { DefectError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { pngPixels } from '../spec/png-codec.ts'
import type { ImageRequest, Outcome, RunContext } from '../spec/provider.ts'
import { startFakeComfyUi, type ComfyBehaviour, type FakeComfyUi } from './fake-comfyui.ts'
import { poll } from './job.ts'
import { provider } from './provider.ts'
import { settings } from './options.ts'

type Sign = Parameters<RunContext['progress']>[0]

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

/** Engines that are closed after each test. */
export function engines() {
  const open: { close(): Promise<void> }[] = []
  return {
    keep: <Engine extends { close(): Promise<void> }>(engine: Engine): Engine => {
      open.push(engine)
      return engine
    },
    start: async (behaviour: ComfyBehaviour = {}): Promise<FakeComfyUi> => {
      const engine = await startFakeComfyUi(behaviour)
      open.push(engine)
      return engine
    },
    closeAll: async () => {
      for (const engine of open.splice(0)) await engine.close()
    },
  }
}

export function contextFor(baseUrl: string, more: Partial<RunContext> = {}): RunContext & { signs: Sign[] } {
  const signal = more.signal ?? new AbortController().signal
  const signs: Sign[] = []
  const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true })
  const progress = (sign: Sign) => void signs.push(sign)
  const chosen = settings.parse(more.settings ?? {})
  return { baseUrl, key: null, signal, http, progress, pixels: pngPixels, ...more, settings: chosen, signs }
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
