// What the tests of the providers share.
import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { afterEach } from 'vitest'
import { DefectError } from '#base/errors.ts'
import { encodePng, pngPixels } from '../spec/png-codec.ts'
import type { Outcome, RunContext, SourceImage } from '../spec/provider.ts'
import { createEngineHttp } from './engine-http.ts'
import { startFakeEngine, type FakeEngine } from './fake-engine.ts'

interface Closable {
  close(): Promise<void>
}

export interface OpenEngines {
  /** Closes the engine after the test. */
  keep<Engine extends Closable>(engine: Promise<Engine>): Promise<Engine>
  /** An engine that answers every request alike. */
  canned(body: string | Uint8Array, more?: Canned): Promise<FakeEngine>
}

export interface Canned {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** Engines that last as long as one test. Call it once, at the top of a file. */
export function openEngines(): OpenEngines {
  const open: Closable[] = []
  afterEach(async () => {
    for (const engine of open.splice(0)) await engine.close()
  })
  const keep = async <Engine extends Closable>(starting: Promise<Engine>): Promise<Engine> => {
    const engine = await starting
    open.push(engine)
    return engine
  }
  return {
    keep,
    canned: (body, { status = 200, headers = {} } = {}) =>
      keep(startFakeEngine((_, reply) => reply.send(status, body, headers))),
  }
}

/** What an engine sends: text and bytes as they are, anything else as JSON. */
export const bodyOf = (value: unknown): string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value)

export type Sign = Parameters<RunContext['progress']>[0]

/** Makes the contexts of a file's calls. `signs` is the progress that was told. */
export function contextsWith(
  usual: Partial<RunContext> = {},
): (baseUrl: string, more?: Partial<RunContext>) => RunContext & { readonly signs: Sign[] } {
  return (baseUrl, more = {}) => {
    const signal = more.signal ?? new AbortController().signal
    const signs: Sign[] = []
    const http = createEngineHttp({ baseUrl, signal, allowPrivateBase: true, downloadPausesMs: [1, 1] })
    const progress = (sign: Sign) => void signs.push(sign)
    const rest = { baseUrl, key: null, settings: {}, http, progress, pixels: pngPixels }
    return { ...rest, ...usual, ...more, signal, signs }
  }
}

/** The pictures of an outcome, and what they cost. */
export function done(outcome: Outcome): Extract<Outcome, { kind: 'done' }> {
  if (outcome.kind === 'done') return outcome
  throw new DefectError(`The outcome was ${inspect(outcome)}`)
}

/** Reads what is in `__fixtures__` beside a test. */
export function fixturesOf(testUrl: string): (name: string) => Promise<Buffer> {
  return (name) => readFile(new URL(`__fixtures__/${name}`, testUrl))
}

/** Bytes that no fake looks into; `AQID` in base64. */
export const source: SourceImage = { bytes: Uint8Array.of(1, 2, 3), mimeType: 'image/jpeg', width: 2, height: 1 }

/** The same; `CQk=` in base64. */
export const mask: SourceImage = { bytes: Uint8Array.of(9, 9), mimeType: 'image/png', width: 2, height: 1 }

/** A mask of two pixels: the first is to be repainted, the second kept. */
export const hole: SourceImage = {
  bytes: encodePng(Uint8Array.of(9, 9, 9, 0, 9, 9, 9, 255), 2, 1),
  mimeType: 'image/png',
  width: 2,
  height: 1,
}

/** {@link hole} for engines that repaint what is white, as base64. */
export const whiteHole = Buffer.from(encodePng(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 255), 2, 1)).toString(
  'base64',
)
