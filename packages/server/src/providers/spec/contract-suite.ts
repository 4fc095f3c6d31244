// What every provider must hold, whichever engine it speaks to. The numbers are the rules of docs/spec/providers.md.
import { inspect } from 'node:util'
import { Capabilities, ModelInfo } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { DefectError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { describeClaims, type Example, type WorkingEngine } from './claims-suite.ts'
import { decodePng } from './png-codec.ts'
import { describePrepared } from './prepared-suite.ts'
import type { EngineHttp, ImageRequest, NotTaken, Outcome, Pixels, Provider, RunContext } from './provider.ts'
import {
  closedPort,
  contextFor,
  contractKey,
  failure,
  limitsFor,
  onNetwork,
  withEngine,
} from './testing/suite-tools.ts'
import { describeStatuses } from './statuses-suite.ts'
import { describeWriting, type WritingFixtures } from './writing-suite.ts'

/**
 * How a fake engine answers the call that asks for pictures. `unauthorized` (401) repeats the key it was sent in its words;
 * `rate-limited` is a 429 with `Retry-After: 7`; `html` is a 200 with a page; `endless` never stops sending; `stalled` takes
 * the request and then says nothing.
 */
export type Behaviour =
  | 'normal'
  | 'unauthorized'
  | 'rate-limited'
  | 'server-error'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'blocked'
  | 'endless'
  | 'stalled'

/** The same for fakes that call their failures as the suite does: nothing where nothing goes wrong. */
export function failing(behaviour: Behaviour): {
  readonly failure?: Exclude<Behaviour, 'normal' | 'stalled'> | 'stall'
} {
  const failure = behaviour === 'stalled' ? 'stall' : behaviour
  return failure === 'normal' ? {} : { failure }
}

export interface RunningEngine {
  readonly baseUrl: string
  /** The decoded bodies of the calls that asked for pictures, in order. */
  imageCalls(): readonly unknown[]
  /** The same calls with method, path, headers and body, for the examples. */
  sent?(): Promise<readonly unknown[]>
  close(): Promise<void>
}

export interface ProviderFixtures {
  /** Name of the provider's folder. */
  readonly folder: string
  /** A request that its model can take as it stands, with `n`, and `width` and `height` unless the model goes by ratio. */
  readonly request: ImageRequest
  readonly settings?: Readonly<Record<string, unknown>>
  readonly pixels?: Pixels
  /** Reads the size of a picture, proving that it is complete. Absent: a PNG decoder. */
  readonly measure?: (bytes: Uint8Array) => Promise<{ width: number; height: number }>
  /** Present exactly where the provider writes. */
  readonly writing?: WritingFixtures
  readonly openHttp: (options: { baseUrl: string; signal: AbortSignal }) => EngineHttp
  /** A string says why there is no engine to talk to; the rules about the network are then skipped with that reason. */
  readonly engine:
    | string
    | {
        start(behaviour: Behaviour): Promise<RunningEngine>
        /** Exactly what the engine must be sent for `request`, once per call. */
        readonly expectedCalls: readonly unknown[]
        /** Show whatever the models can do that `request` does not show. */
        readonly examples?: readonly Example[]
        /** Needed where a model tells progress or its engine can be stopped. */
        working?(): Promise<WorkingEngine>
        /** Takes a request, draws, and never answers it. Present exactly where the provider prepares operations. */
        unanswered?(): Promise<RunningEngine>
        /** Behaviours that this protocol cannot have, with the reason. */
        readonly impossible?: Partial<Record<Behaviour, string>>
      }
}

/** Runs the contract of the provider port against one provider. Call it from the provider's `contract.test.ts`. */
export function describeProvider(provider: Provider, fixtures: ProviderFixtures): void {
  describe(`provider ${fixtures.folder}`, () => {
    describeManifest(provider, fixtures)
    describePictures(provider, fixtures)
    describeFailures(provider, fixtures)
    describeStatuses(provider, fixtures)
    describeClaims(provider, fixtures)
    describePrepared(provider, fixtures)
    describeWriting(provider, fixtures)
  })
}

function describeManifest(provider: Provider, fixtures: ProviderFixtures): void {
  const { manifest } = provider
  it('PR1: the manifest is sound', () => {
    expect(manifest.id).toBe(fixtures.folder)
    expect(manifest.id).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(manifest.label.trim()).not.toBe('')
    expect(manifest.description).toMatch(/\.$/)
    expect(manifest.contractName).toMatch(/^[A-Z][A-Z0-9_]*$/)
    expect(manifest.defaultConcurrency).toBeGreaterThanOrEqual(1)
    if (manifest.defaultBaseUrl !== null) {
      expect(new URL(manifest.defaultBaseUrl).protocol).toMatch(/^https?:$/)
      expect(manifest.defaultBaseUrl).not.toMatch(/\/$/)
    }
  })

  it('PR1: settings and options are objects that become JSON Schema', () => {
    for (const schema of [manifest.settings, manifest.options]) {
      expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({ type: 'object' })
      expect(schema.safeParse({}).success).toBe(true)
    }
  })

  it('PR2: listModels answers models whose capabilities can be read', async () => {
    await withEngine(fixtures, 'normal', async (baseUrl) => {
      const models = await provider.listModels(contextFor(fixtures, { baseUrl }))
      expect(models.length).toBeGreaterThan(0)
      for (const model of models) ModelInfo.parse(model)
      expect(new Set(models.map((model) => model.id)).size).toBe(models.length)
      const used = models.find((model) => model.id === fixtures.request.model)
      expect(Capabilities.parse(used?.capabilities).imagesPerCall).toBeGreaterThanOrEqual(fixtures.request.n)
    })
  })
}

function describePictures(provider: Provider, fixtures: ProviderFixtures): void {
  it('PR3: start gives n complete pictures of the asked size', async () => {
    await withEngine(fixtures, 'normal', async (baseUrl) => {
      const outcome = await finish(provider, contextFor(fixtures, { baseUrl }), fixtures.request)
      if (outcome.kind !== 'done') throw new DefectError(`The outcome was ${inspect(outcome)}`)
      expect(outcome.images).toHaveLength(fixtures.request.n)
      const measure = fixtures.measure ?? (async (bytes: Uint8Array) => decodePng(bytes))
      const { width, height } = fixtures.request
      for (const image of outcome.images) {
        const size = await measure(image.bytes)
        if (width !== undefined && height !== undefined) expect(size).toMatchObject({ width, height })
      }
    })
  })

  onNetwork(fixtures, { name: 'PR4: the engine is sent exactly what was asked' }, async (engine) => {
    await withEngine(fixtures, 'normal', async (baseUrl, running) => {
      await finish(provider, contextFor(fixtures, { baseUrl }), fixtures.request)
      expect(running?.imageCalls()).toEqual(engine.expectedCalls)
    })
  })

  onNetwork(fixtures, { name: 'PR5: an abort stops the call and is told as interrupted' }, async () => {
    await withEngine(fixtures, 'stalled', async (baseUrl, running) => {
      const abort = new AbortController()
      const call = failure(finish(provider, contextFor(fixtures, { baseUrl, signal: abort.signal }), fixtures.request))
      await expect.poll(() => running?.imageCalls().length).toBeGreaterThan(0)
      abort.abort()
      expect(await call).toMatchObject({ kind: 'interrupted', advice: 'never' })
    })
  })

  it('PR5: a call that is aborted before it starts does not start', async () => {
    await withEngine(fixtures, 'normal', async (baseUrl, running) => {
      const context = contextFor(fixtures, { baseUrl, signal: AbortSignal.abort() })
      expect(await failure(finish(provider, context, fixtures.request))).toMatchObject({ kind: 'interrupted' })
      expect(running?.imageCalls() ?? []).toEqual([])
    })
  })

  if (provider.poll) {
    onNetwork(fixtures, { name: 'PR16: an operation survives JSON and may be polled twice' }, async () => {
      await withEngine(fixtures, 'normal', async (baseUrl, running) => {
        const context = contextFor(fixtures, { baseUrl })
        const started = await provider.start(fixtures.request, context)
        if (started.kind !== 'pending') throw new DefectError('A provider with poll answered without pending')
        const operation: Json = JSON.parse(JSON.stringify(started.operation))
        await provider.poll?.(operation, context)
        await provider.poll?.(operation, context)
        expect(running?.imageCalls()).toHaveLength(1)
      })
    })
  }
}

interface ExpectedFailure {
  readonly behaviour: Behaviour
  readonly name: string
  readonly expected: Readonly<Record<string, unknown>>
}

const failures: readonly ExpectedFailure[] = [
  {
    behaviour: 'unauthorized',
    name: 'PR7: a refused key is auth',
    expected: { kind: 'auth', advice: 'never', status: 401 },
  },
  {
    behaviour: 'rate-limited',
    name: 'PR8: 429 may be sent again, after Retry-After',
    expected: { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 7000, status: 429 },
  },
  {
    behaviour: 'server-error',
    name: 'PR9: 500 is not sent again',
    expected: { kind: 'unavailable', advice: 'never', status: 500 },
  },
  {
    behaviour: 'html',
    name: 'PR10: a page instead of an answer is malformed',
    expected: { kind: 'malformed-response', advice: 'never' },
  },
  {
    behaviour: 'broken-base64',
    name: 'PR11: broken base64 is malformed',
    expected: { kind: 'malformed-response', advice: 'never' },
  },
  {
    behaviour: 'no-image',
    name: 'PR12: success without a picture is a failure',
    expected: { kind: 'malformed-response', advice: 'never' },
  },
  {
    behaviour: 'endless',
    name: 'PR13: an answer beyond the limit is cut off',
    expected: { kind: 'malformed-response', advice: 'never' },
  },
  { behaviour: 'stalled', name: 'PR14: silence ends as timeout', expected: { kind: 'timeout', advice: 'never' } },
]

function describeFailures(provider: Provider, fixtures: ProviderFixtures): void {
  onNetwork(fixtures, { name: 'PR6: a refused connection may be tried again' }, async () => {
    const context = contextFor(fixtures, { baseUrl: await closedPort() })
    const expected = { kind: 'unavailable', advice: 'safe-to-resend' }
    expect(await failure(finish(provider, context, fixtures.request))).toMatchObject(expected)
    expect(await failure(provider.listModels(context))).toMatchObject({ kind: 'unavailable' })
  })

  for (const { behaviour, name, expected } of failures) {
    onNetwork(fixtures, { name, behaviour }, () => failsAs(provider, fixtures, { behaviour, expected }))
  }

  const listing = { name: 'PR7: a refused key is auth when models are listed, too', behaviour: 'unauthorized' } as const
  onNetwork(fixtures, listing, async () => {
    await withEngine(fixtures, 'unauthorized', async (baseUrl) => {
      const error = await failure(provider.listModels(contextFor(fixtures, { baseUrl })))
      expect(error).toMatchObject({ kind: 'auth', advice: 'never' })
      expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(contractKey)
    })
  })

  const refusal = {
    name: 'PR17: a refusal on grounds of content is an outcome with the reason',
    behaviour: 'blocked',
  } as const
  onNetwork(fixtures, refusal, async () => {
    await withEngine(fixtures, 'blocked', async (baseUrl) => {
      const outcome = await finish(provider, contextFor(fixtures, { baseUrl }), fixtures.request)
      expect(outcome).toMatchObject({ kind: 'blocked', reason: expect.stringMatching(/\S/) })
      expect(inspect(outcome)).not.toContain(contractKey)
    })
  })
}

async function failsAs(
  provider: Provider,
  fixtures: ProviderFixtures,
  what: { behaviour: Behaviour; expected: Readonly<Record<string, unknown>> },
): Promise<void> {
  await withEngine(fixtures, what.behaviour, async (baseUrl) => {
    const error = await failure(
      finish(provider, contextFor(fixtures, { baseUrl, limits: limitsFor[what.behaviour] ?? {} }), fixtures.request),
    )
    expect(error).toMatchObject(what.expected)
    expect(error.message.length).toBeLessThanOrEqual(700)
    // PR15: no error holds the key, not in its cause either.
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(contractKey)
  })
}

/** Starts and polls until there is an outcome that is not `pending`. */
async function finish(provider: Provider, context: RunContext, request: ImageRequest): Promise<Outcome | NotTaken> {
  let outcome: Outcome | NotTaken = await provider.start(request, context)
  while (outcome.kind === 'pending') {
    if (!provider.poll) throw new DefectError('pending without poll')
    outcome = await provider.poll(outcome.operation, context)
  }
  return outcome
}
