// What the rules of the contract suites stand on: a fake engine, and a context that leads to it.
import { once } from 'node:events'
import { createServer } from 'node:net'
import { inspect } from 'node:util'
import { it } from 'vitest'
import { DefectError } from '#base/errors.ts'
import type { Behaviour, ProviderFixtures, RunningEngine } from '../contract-suite.ts'
import { pngPixels } from '../png-codec.ts'
import type { EngineHttp, EngineRequest, RunContext } from '../provider.ts'
import { ProviderError } from '../provider-error.ts'

export const contractKey = 'sk-contract-9f8e7d6c5b4a3210fedc'

type NetworkEngine = Exclude<ProviderFixtures['engine'], string>

export function onNetwork(
  fixtures: ProviderFixtures,
  test: { name: string; behaviour?: Behaviour },
  check: (engine: NetworkEngine) => Promise<void>,
): void {
  const { engine } = fixtures
  const reason = typeof engine === 'string' ? engine : test.behaviour && engine.impossible?.[test.behaviour]
  if (typeof engine === 'string' || reason) it(`${test.name} (skipped: ${reason})`, ({ skip }) => skip(reason))
  else it(test.name, () => check(engine))
}

export async function withEngine(
  fixtures: ProviderFixtures,
  behaviour: Behaviour,
  use: (baseUrl: string, running: RunningEngine | null) => Promise<void>,
): Promise<void> {
  const running = typeof fixtures.engine === 'string' ? null : await fixtures.engine.start(behaviour)
  try {
    await use(running?.baseUrl ?? '', running)
  } finally {
    await running?.close()
  }
}

export function contextFor(
  fixtures: ProviderFixtures,
  options: { baseUrl: string; signal?: AbortSignal; limits?: Partial<Limits> },
): RunContext {
  const signal = options.signal ?? new AbortController().signal
  const http = fixtures.openHttp({ baseUrl: options.baseUrl, signal })
  return {
    baseUrl: options.baseUrl,
    key: contractKey,
    settings: fixtures.settings ?? {},
    signal,
    http: options.limits ? limited(http, options.limits) : http,
    progress: () => undefined,
    pixels: fixtures.pixels ?? pngPixels,
  }
}

type Limits = Pick<EngineRequest, 'headersTimeoutMs' | 'bodyTimeoutMs' | 'maxBytes'>

/** Little patience or room where a test is about the limits, so that they are reached within it. */
export const limitsFor: Readonly<Record<string, Partial<Limits>>> = {
  stalled: { headersTimeoutMs: 300, bodyTimeoutMs: 300 },
  endless: { maxBytes: 1_000_000 },
}

function limited(http: EngineHttp, limits: Partial<Limits>): EngineHttp {
  return {
    request: (path, init) => http.request(path, { ...init, ...limits }),
    download: (url, most) => http.download(url, most),
  }
}

export async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const result = await call.then(
    (value) => new DefectError(`It succeeded with ${inspect(value)}`),
    (error: unknown) => error,
  )
  if (result instanceof ProviderError) return result
  throw result
}

/** An address where surely nobody listens: a port that was free a moment ago. */
export async function closedPort(): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new DefectError('No port could be had')
  return `http://127.0.0.1:${address.port}`
}
