import type { Capabilities, ModelInfo } from '@easel/contract'
import { isUsable, type KnownRoute } from './backends.ts'
import type { BackendName } from './options.ts'
import type { Route, Task } from './wire.ts'

/** Two that were served on 21 November 2026, for servers that have no list. */
const catalogue: Readonly<Record<string, readonly Route[]>> = {
  'black-forest-labs/FLUX.1-dev': [served('fal-ai', 'fal-ai/flux/dev')],
  'black-forest-labs/FLUX.1-schnell': [
    served('fal-ai', 'fal-ai/flux/schnell'),
    served('hf-inference', 'black-forest-labs/FLUX.1-schnell'),
  ],
}

function served(backend: BackendName, providerId: string): Route {
  return { backend, providerId, task: 'text-to-image', status: 'live', adapter: null }
}

/** Which services may draw. */
export interface Choice {
  readonly allowed: readonly BackendName[]
  /** Whether their order counts more than the Hub's. */
  readonly ordered: boolean
}

/** The routes by which a request of this task can go, the first to be taken. */
export function usableRoutes(routes: readonly Route[], task: Task, { allowed, ordered }: Choice): KnownRoute[] {
  const usable = routes
    .filter((route): route is KnownRoute => isUsable(route, task))
    .filter(({ backend }) => allowed.includes(backend))
  if (!ordered) return usable
  return usable.toSorted((a, b) => allowed.indexOf(a.backend) - allowed.indexOf(b.backend))
}

export function cataloguedRoutes(model: string): readonly Route[] {
  return Object.hasOwn(catalogue, model) ? (catalogue[model] ?? []) : []
}

export function cataloguedModels(choice: Choice): readonly ModelInfo[] {
  return Object.entries(catalogue).flatMap(([id, routes]) => describeModel(id, routes, choice) ?? [])
}

/** Describes a model by the services that a request would go to; null when there is none. */
export function describeModel(id: string, routes: readonly Route[], choice: Choice): ModelInfo | null {
  const fromWords = usableRoutes(routes, 'text-to-image', choice)
  const fromPictures = usableRoutes(routes, 'image-to-image', choice)
  const main = fromWords[0] ?? fromPictures[0]
  if (main === undefined) return null
  const others = new Set([...fromWords, ...fromPictures].map(({ backend }) => backend))
  others.delete(main.backend)
  const also = others.size > 0 ? ` Also by ${[...others].join(', ')}.` : ''
  const needs = fromWords.length === 0 ? ' Needs a source picture.' : ''
  return {
    id,
    label: id,
    description: `Drawn by ${main.backend}.${also}${needs}`,
    capabilities: capabilitiesOf(id, main, fromPictures[0]),
  }
}

function capabilitiesOf(id: string, main: KnownRoute, fromPictures: KnownRoute | undefined): Capabilities {
  const quick = /schnell|turbo|lightning|lcm|hyper/i.test(id)
  const flux = /flux/i.test(id)
  const hasFormat = main.backend === 'fal-ai' || main.backend === 'together'
  return {
    // One seed makes one picture: of several in a call no single one could be had again.
    imagesPerCall: 1,
    // No service says what its models take; these are sizes that nearly all of them do.
    size: { kind: 'free', min: 256, max: 1536, multiple: 16, default: '1024x1024' },
    sources: fromPictures === undefined ? 0 : sourcesOf(id, fromPictures),
    mask: false,
    negativePrompt: !flux,
    seedMax: main.backend === 'hf-inference' && main.task === 'image-to-image' ? null : 2_147_483_647,
    steps: { min: 1, max: 100, step: 1, default: quick ? 4 : 28 },
    guidance: { min: 0, max: 20, step: 0.1, default: flux ? 3.5 : 7 },
    strength: null,
    quality: null,
    style: null,
    background: null,
    outputFormat: hasFormat ? { values: ['jpeg', 'png'], default: 'jpeg' } : null,
    sampler: null,
    // What is told is the place in the queue.
    progress: main.backend === 'fal-ai' ? 'steps' : 'none',
    cancel: 'connection',
  }
}

/** Only the newer models that are made for editing look at more than one picture. */
function sourcesOf(id: string, { backend }: KnownRoute): number {
  return backend !== 'hf-inference' && /flux\.2|edit-(?:25|plus)/i.test(id) ? 3 : 1
}
