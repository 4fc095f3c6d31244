// What the tests of this folder share.
import { inspect } from 'node:util'
import { DefectError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { contextsWith, fixturesOf, openEngines } from '../kit/testing.ts'
import type { EngineHttp, ImageRequest, Outcome, ProducedImage, RunContext } from '../spec/provider.ts'
import { laterOutcome } from './answers.ts'
import {
  fakeModels,
  startFakeHuggingFace,
  type FakeHuggingFace,
  type HuggingFaceBehaviour,
} from './fake-huggingface.ts'
import { provider } from './provider.ts'

export const key = 'hf_testAbCdEfGhIjKlMnOpQrStUvWx'
export const dev = 'black-forest-labs/FLUX.1-dev'
export const schnell = 'black-forest-labs/FLUX.1-schnell'
export const sdxl = 'stabilityai/stable-diffusion-xl-base-1.0'
export const edit = 'Qwen/Qwen-Image-Edit-2511'
export const lora = 'easel/watercolour'

export const request: ImageRequest = {
  model: dev,
  prompt: 'a lighthouse',
  n: 1,
  width: 96,
  height: 64,
  seed: 7,
  sources: [],
  options: {},
}

/** Engines that last as long as one test. */
export function engines() {
  const { keep } = openEngines()
  return {
    keep,
    fake: (behaviour: HuggingFaceBehaviour = {}): Promise<FakeHuggingFace> => keep(startFakeHuggingFace(behaviour)),
    /** A router that answers every look and every request alike; its Hub is that of the fake. */
    canned: async (status: number, body: string | Uint8Array, type = 'application/json'): Promise<string> => {
      const engine = startFakeEngine(({ path }, reply) => {
        const [, id = ''] = /^\/api\/models\/([^?]+)/.exec(path) ?? []
        if (id !== '') return reply.json(200, { id, inferenceProviderMapping: fakeModels[id] })
        return reply.send(status, body, { 'content-type': type })
      })
      return (await keep(engine)).baseUrl
    },
  }
}

export const contextFor = contextsWith({ key })

/** The two addresses of the real service, played by one fake. What is fetched from the Hub goes out on its own, without a key. */
export function routerContext(engine: FakeHuggingFace): RunContext {
  const { http, ...rest } = contextFor(engine.baseUrl)
  const hub = contextFor(engine.baseUrl).http
  const real: EngineHttp = {
    request: (path, init) => http.request(path, init),
    download: (url, limits) =>
      url.startsWith('https://huggingface.co/')
        ? hub.download(url.replace('https://huggingface.co', engine.baseUrl), limits)
        : http.download(url, limits),
  }
  return { ...rest, baseUrl: 'https://router.huggingface.co', http: real }
}

/** The settings that let these services draw. */
export const by = (backends: string) => ({ settings: { backends } })

export const fixture = fixturesOf(import.meta.url)

/** Starts and looks until it ends; the operation goes through JSON each time, as it does in a crash. */
export async function finish(context: RunContext, more: Partial<ImageRequest> = {}): Promise<Outcome> {
  let outcome = await provider.start({ ...request, ...more }, context)
  while (outcome.kind === 'pending') {
    const operation: Json = JSON.parse(JSON.stringify(outcome.operation))
    outcome = await laterOutcome(operation, context)
  }
  return outcome
}

/** The one picture of a request that must succeed. */
export async function draw(context: RunContext, more: Partial<ImageRequest> = {}): Promise<ProducedImage> {
  const outcome = await finish(context, more)
  const [image, ...others] = outcome.kind === 'done' ? outcome.images : []
  if (image === undefined || others.length > 0) throw new DefectError(`The outcome was ${inspect(outcome)}`)
  return image
}
