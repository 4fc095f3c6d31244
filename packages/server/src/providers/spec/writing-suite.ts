// What every provider must hold that writes. The numbers are the rules of docs/spec/writing.md.
import { inspect } from 'node:util'
import { TextModel } from '@easel/contract'
import { expect, it } from 'vitest'
import { DefectError } from '#base/errors.ts'
import type { ProviderFixtures } from './contract-suite.ts'
import type { Provider } from './provider.ts'
import { closedPort, contextFor, contractKey, failure, limitsFor } from './testing/suite-tools.ts'
import type { Writer, WritingRequest } from './writing.ts'

/** How a fake engine answers the call that asks for words; those of the same name as for pictures do the same. */
export type WritingBehaviour =
  | 'normal'
  | 'unauthorized'
  | 'rate-limited'
  | 'server-error'
  | 'html'
  | 'blocked'
  /** Status 200 and an error. */
  | 'failed-late'
  /** Success without a word. */
  | 'no-words'
  /** Stopped at the limit. */
  | 'cut-off'
  | 'endless'
  | 'stalled'

export interface RunningWriter {
  readonly baseUrl: string
  /** The decoded bodies of the calls that asked for words, in order. */
  calls(): readonly unknown[]
  close(): Promise<void>
}

export interface WritingFixtures {
  /** Without a picture; its model is one that the engine lists and that takes pictures, or does not tell. */
  readonly request: WritingRequest
  start(behaviour: WritingBehaviour): Promise<RunningWriter>
  /** Exactly what the engine must be sent for `request`. */
  readonly expectedCall: unknown
  /** The same with {@link suitePicture}. */
  readonly expectedCallWithPicture: unknown
  /** Behaviours that this protocol cannot have, with the reason. */
  readonly impossible?: Partial<Record<WritingBehaviour, string>>
}

/** The picture that the suite shows; `AQID` in base64. No engine's fake looks at it. */
const suitePicture = { bytes: new Uint8Array([1, 2, 3]), mimeType: 'image/jpeg' } as const

interface Suite {
  readonly writer: Writer
  readonly fixtures: ProviderFixtures
  readonly writing: WritingFixtures
}

/** Runs the contract of a provider's writing part; where it has none, makes sure that nobody thinks it had. */
export function describeWriting({ writes: writer }: Provider, fixtures: ProviderFixtures): void {
  const { writing } = fixtures
  it('WR1: whoever writes shows how, and nobody else does', () => {
    expect(writing !== undefined, 'fixtures for writing').toBe(writer !== undefined)
  })
  if (writer === undefined || writing === undefined) return
  const suite = { writer, fixtures, writing }
  describeWords(suite)
  describeWritingFailures(suite)
}

function describeWords(suite: Suite): void {
  const { writer, writing } = suite
  it('WR2: lists its text models, and none that only draws', async () => {
    await withWriter(suite, 'normal', async (baseUrl) => {
      const models = await writer.listTextModels(contextFor(suite.fixtures, { baseUrl }))
      for (const model of models) TextModel.parse(model)
      const ids = models.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids).toContain(writing.request.model)
      expect(ids).not.toContain(suite.fixtures.request.model)
    })
  })

  it('WR3: the engine is sent exactly what was asked, and its words come back', async () => {
    await withWriter(suite, 'normal', async (baseUrl, running) => {
      const context = contextFor(suite.fixtures, { baseUrl })
      const outcome = await writer.write(writing.request, context)
      if (outcome.kind !== 'written') throw new DefectError(`The outcome was ${inspect(outcome)}`)
      expect(outcome.text).toContain(writing.request.text)
      await writer.write({ ...writing.request, picture: suitePicture }, context)
      expect(running.calls()).toEqual([writing.expectedCall, writing.expectedCallWithPicture])
    })
  })

  it('WR6: an abort stops the call and is told as interrupted', async () => {
    await withWriter(suite, 'stalled', async (baseUrl, running) => {
      const abort = new AbortController()
      const call = failure(writer.write(writing.request, contextFor(suite.fixtures, { baseUrl, signal: abort.signal })))
      await expect.poll(() => running.calls().length).toBeGreaterThan(0)
      abort.abort()
      expect(await call).toMatchObject({ kind: 'interrupted', advice: 'never' })
    })
  })
}

interface ExpectedFailure {
  readonly behaviour: WritingBehaviour
  readonly name: string
  readonly expected: Readonly<Record<string, unknown>>
}

const failures: readonly ExpectedFailure[] = [
  {
    behaviour: 'unauthorized',
    name: 'WR6: a refused key is auth',
    expected: { kind: 'auth', advice: 'never', status: 401 },
  },
  {
    behaviour: 'rate-limited',
    name: 'WR6: 429 is rate-limited, and says how long',
    expected: { kind: 'rate-limited', retryAfterMs: 7000, status: 429 },
  },
  { behaviour: 'server-error', name: 'WR6: 500 is unavailable', expected: { kind: 'unavailable', status: 500 } },
  { behaviour: 'failed-late', name: 'WR6: an error in a success is an error', expected: { kind: 'unavailable' } },
  {
    behaviour: 'html',
    name: 'WR6: a page instead of an answer is malformed',
    expected: { kind: 'malformed-response' },
  },
  { behaviour: 'endless', name: 'WR6: an endless answer is cut off', expected: { kind: 'malformed-response' } },
  { behaviour: 'stalled', name: 'WR6: silence ends as timeout', expected: { kind: 'timeout', advice: 'never' } },
  { behaviour: 'no-words', name: 'WR4: success without a word is malformed', expected: { kind: 'malformed-response' } },
  { behaviour: 'cut-off', name: 'WR4: words that broke off are malformed', expected: { kind: 'malformed-response' } },
]

function describeWritingFailures(suite: Suite): void {
  const { writer, writing, fixtures } = suite
  for (const { behaviour, name, expected } of failures) {
    onBehaviour(suite, { behaviour, name }, async (baseUrl) => {
      const context = contextFor(fixtures, { baseUrl, limits: limitsFor[behaviour] ?? {} })
      const error = await failure(writer.write(writing.request, context))
      expect(error).toMatchObject(expected)
      expect(error.message.length).toBeLessThanOrEqual(700)
      expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(contractKey)
    })
  }

  it('WR6: a refused connection is unavailable', async () => {
    const context = contextFor(fixtures, { baseUrl: await closedPort() })
    expect(await failure(writer.write(writing.request, context))).toMatchObject({ kind: 'unavailable' })
    expect(await failure(writer.listTextModels(context))).toMatchObject({ kind: 'unavailable' })
  })

  const listing = { behaviour: 'unauthorized', name: 'WR6: a refused key is auth when models are listed, too' } as const
  onBehaviour(suite, listing, async (baseUrl) => {
    const error = await failure(writer.listTextModels(contextFor(fixtures, { baseUrl })))
    expect(error).toMatchObject({ kind: 'auth', advice: 'never' })
    expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(contractKey)
  })

  const refusal = { behaviour: 'blocked', name: 'WR5: a refusal is an outcome with the reason' } as const
  onBehaviour(suite, refusal, async (baseUrl) => {
    const outcome = await writer.write(writing.request, contextFor(fixtures, { baseUrl }))
    expect(outcome).toMatchObject({ kind: 'blocked', reason: expect.stringMatching(/\S/) })
    expect(inspect(outcome)).not.toContain(contractKey)
  })
}

function onBehaviour(
  suite: Suite,
  { behaviour, name }: { readonly behaviour: WritingBehaviour; readonly name: string },
  check: (baseUrl: string) => Promise<void>,
): void {
  const reason = suite.writing.impossible?.[behaviour]
  if (reason !== undefined) it(`${name} (skipped: ${reason})`, ({ skip }) => skip(reason))
  else it(name, () => withWriter(suite, behaviour, check))
}

async function withWriter(
  { writing }: Suite,
  behaviour: WritingBehaviour,
  use: (baseUrl: string, running: RunningWriter) => Promise<void>,
): Promise<void> {
  const running = await writing.start(behaviour)
  try {
    await use(running.baseUrl, running)
  } finally {
    await running.close()
  }
}
