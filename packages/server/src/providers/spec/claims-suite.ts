// What a provider says that it can do, it has to show. The numbers are the rules of docs/spec/providers.md.
import type { Capabilities } from '@easel/contract'
import { expect, it } from 'vitest'
import type { ProviderFixtures, RunningEngine } from './contract-suite.ts'
import type { ImageRequest, NotTaken, Outcome, Provider, RunContext } from './provider.ts'
import { ProviderError } from './provider-error.ts'
import { contextFor, withEngine } from './testing/suite-tools.ts'

/** A request beyond the suite's first, and everything that the engine must be sent for it. */
export interface Example {
  /** What it shows, as in `an edit with a mask`. */
  readonly name: string
  readonly request: ImageRequest
  /** The connection's settings where they are not the suite's. */
  readonly settings?: Readonly<Record<string, unknown>>
  /** As `RunningEngine.sent` tells them. */
  readonly sent: readonly unknown[]
}

/** An engine that has taken a request and draws, telling its progress, until it is stopped. */
export interface WorkingEngine extends RunningEngine {
  /** How many requests it has stopped drawing for. Needed where a model says that its engine can be stopped. */
  stopped?(): number
}

/** Runs the rules about what is claimed. */
export function describeClaims(provider: Provider, fixtures: ProviderFixtures): void {
  const { engine } = fixtures
  if (typeof engine === 'string') return
  const examples = engine.examples ?? []

  it('PR28: an example shows everything that its models can do and its options offer', async () => {
    const shown = [{ request: fixtures.request }, ...examples].flatMap(({ request }) => shownBy(request))
    const options = Object.keys(provider.manifest.options.shape).map((name) => `the option ${name}`)
    const claimed = new Set(options)
    for (const settings of [fixtures.settings, ...examples.map((example) => example.settings)]) {
      await withEngine(fixtures, 'normal', async (baseUrl) => {
        const context = contextFor(withSettings(fixtures, settings), { baseUrl })
        const models = await provider.listModels(context)
        for (const claim of models.flatMap(({ capabilities }) => claimedBy(capabilities))) claimed.add(claim)
      })
    }
    const missing = [...claimed].filter((claim) => !shown.includes(claim))
    expect(missing.join(', '), 'what no example shows').toBe('')
  })

  for (const example of examples) {
    it(`PR4, PR28: ${example.name}: the engine is sent exactly what was asked`, async () => {
      await withEngine(fixtures, 'normal', async (baseUrl, running) => {
        const context = contextFor(withSettings(fixtures, example.settings), { baseUrl })
        expect(await finish(provider, context, example.request)).toMatchObject({ kind: 'done' })
        expect(await running?.sent?.()).toEqual(example.sent)
      })
    })
  }

  it('PR29: progress and a stop that a model promises are there while it draws', async () => {
    await withEngine(fixtures, 'normal', async (baseUrl) => {
      const { steps, previews, stops } = await promisesOf(provider, fixtures, baseUrl)
      const needed = steps || previews || stops
      if (needed) expect(engine.working, 'fixtures of an engine that is still at work').toBeDefined()
    })
    const running = await engine.working?.()
    if (running === undefined) return
    try {
      await watchWork(provider, fixtures, running)
    } finally {
      await running.close()
    }
  })
}

async function watchWork(provider: Provider, fixtures: ProviderFixtures, running: WorkingEngine): Promise<void> {
  const promised = await promisesOf(provider, fixtures, running.baseUrl)
  const abort = new AbortController()
  const signs = { steps: 0, previews: 0 }
  const context: RunContext = {
    ...contextFor(fixtures, { baseUrl: running.baseUrl, signal: abort.signal }),
    progress: ({ preview }) => void (signs[preview === undefined ? 'steps' : 'previews'] += 1),
  }
  const operations: Extract<Outcome, { kind: 'pending' }>[] = []
  const call = finish(provider, context, { ...fixtures.request, n: 1 }, (pending) => operations.push(pending))
  const ended = call.then(
    () => null,
    (error: unknown) => error,
  )
  await expect.poll(() => running.imageCalls().length).toBe(1)
  if (promised.steps) await expect.poll(() => signs.steps + signs.previews, { message: 'steps' }).toBeGreaterThan(0)
  if (promised.previews) await expect.poll(() => signs.previews, { message: 'previews' }).toBeGreaterThan(0)
  const [pending] = operations
  abort.abort()
  expect(await ended).toMatchObject({ kind: 'interrupted', advice: 'never' })
  if (!promised.stops) return
  const after = contextFor(fixtures, { baseUrl: running.baseUrl })
  // Repeating it does no harm.
  if (pending) await provider.cancel?.(pending.operation, after)
  if (pending) await provider.cancel?.(pending.operation, after)
  await expect.poll(() => running.stopped?.(), { message: 'what it has stopped' }).toBe(1)
}

/** What the model of the suite's request promises beyond its pictures. */
async function promisesOf(provider: Provider, fixtures: ProviderFixtures, baseUrl: string) {
  const models = await provider.listModels(contextFor(fixtures, { baseUrl }))
  const capabilities = models.find(({ id }) => id === fixtures.request.model)?.capabilities
  const { progress = 'none', cancel = 'connection' } = capabilities ?? {}
  return { steps: progress.includes('steps'), previews: progress.includes('previews'), stops: cancel === 'engine' }
}

function withSettings(fixtures: ProviderFixtures, settings: Example['settings']): ProviderFixtures {
  return settings === undefined ? fixtures : { ...fixtures, settings }
}

/** What can be asked for beyond a prompt, by the words of this suite. */
function claimedBy(capabilities: Capabilities): readonly string[] {
  const { imagesPerCall, sources, mask, negativePrompt, seedMax } = capabilities
  const values = ['steps', 'guidance', 'strength', 'quality', 'style', 'background', 'outputFormat', 'sampler'] as const
  return [
    capabilities.size.kind === 'ratio' ? 'a ratio' : 'a size',
    ...(imagesPerCall > 1 ? ['several pictures'] : []),
    ...(sources > 0 ? ['a source'] : []),
    ...(sources > 1 ? ['several sources'] : []),
    ...(mask ? ['a mask'] : []),
    ...(negativePrompt ? ['a negative prompt'] : []),
    ...(seedMax === null ? [] : ['a seed']),
    ...values.filter((name) => capabilities[name] !== null),
  ]
}

/** The same of a request. */
function shownBy(request: ImageRequest): readonly string[] {
  const { n, width, aspectRatio, sources, mask, negativePrompt, seed, options } = request
  const values = ['steps', 'guidance', 'strength', 'quality', 'style', 'background', 'outputFormat', 'sampler'] as const
  return [
    ...(width === undefined ? [] : ['a size']),
    ...(aspectRatio === undefined ? [] : ['a ratio']),
    ...(n > 1 ? ['several pictures'] : []),
    ...(sources.length > 0 ? ['a source'] : []),
    ...(sources.length > 1 ? ['several sources'] : []),
    ...(mask === undefined ? [] : ['a mask']),
    ...(negativePrompt === undefined ? [] : ['a negative prompt']),
    ...(seed === undefined ? [] : ['a seed']),
    ...values.filter((name) => request[name] !== undefined),
    ...Object.keys(options).map((name) => `the option ${name}`),
  ]
}

/** Starts and polls until there is an outcome that is not `pending`. */
async function finish(
  provider: Provider,
  context: RunContext,
  request: ImageRequest,
  onPending: (pending: Extract<Outcome, { kind: 'pending' }>) => void = () => undefined,
): Promise<Outcome | NotTaken> {
  let outcome: Outcome | NotTaken = await provider.start(request, context)
  while (outcome.kind === 'pending') {
    onPending(outcome)
    if (context.signal.aborted) throw new ProviderError('interrupted', 'The call was stopped')
    outcome = (await provider.poll?.(outcome.operation, context)) ?? outcome
  }
  return outcome
}
