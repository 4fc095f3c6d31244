// What a provider must hold that names its jobs before the engine hears of them. The number is the rule of docs/spec/providers.md.
import { setTimeout as pause } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { DefectError } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import type { ProviderFixtures } from './contract-suite.ts'
import type { NotTaken, Outcome, Provider, RunContext } from './provider.ts'
import { contextFor, failure, withEngine } from './testing/suite-tools.ts'

/** As it comes back from where it was saved. */
const saved = (operation: Json): Json => JSON.parse(JSON.stringify(operation))

/** Runs the rule about prepared operations; where there are none, makes sure that nobody thinks there were. */
export function describePrepared(provider: Provider, fixtures: ProviderFixtures): void {
  const { engine, request } = fixtures
  const unanswered = typeof engine === 'string' ? undefined : engine.unanswered
  it('PR30: whoever prepares operations shows an engine that takes one and does not answer, and nobody else does', () => {
    expect(unanswered !== undefined, 'fixtures of an engine that does not answer').toBe(provider.prepare !== undefined)
    expect(provider.prepare === undefined || provider.poll !== undefined, 'a way to look at them').toBe(true)
  })
  const { prepare } = provider
  if (prepare === undefined || unanswered === undefined) return

  it('PR30: what the engine took without an answer is found by what was prepared, and there once', async () => {
    const running = await unanswered()
    try {
      const dying = new AbortController()
      const context = contextFor(fixtures, { baseUrl: running.baseUrl, signal: dying.signal })
      const prepared = saved(prepare(request, context))
      expect(running.imageCalls()).toEqual([])
      const started = failure(provider.start(request, context, prepared))
      await expect.poll(() => running.imageCalls().length).toBe(1)
      const outcome = await follow(provider, prepared, contextFor(fixtures, { baseUrl: running.baseUrl }))
      expect(outcome).toMatchObject({ kind: 'done', images: { length: request.n } })
      dying.abort()
      expect(await started).toMatchObject({ kind: 'interrupted' })
      expect(running.imageCalls()).toHaveLength(1)
    } finally {
      await running.close()
    }
  })

  it('PR30: what the engine never heard of was not taken, and can be sent and stopped as it was prepared', async () => {
    await withEngine(fixtures, 'normal', async (baseUrl, running) => {
      const context = contextFor(fixtures, { baseUrl })
      const prepared = saved(prepare(request, context))
      await provider.cancel?.(prepared, context)
      expect(await follow(provider, prepared, context)).toEqual({ kind: 'not-taken' })
      expect(running?.imageCalls()).toEqual([])
      const started = await provider.start(request, context, prepared)
      const outcome = started.kind === 'pending' ? await follow(provider, started.operation, context) : started
      expect(outcome).toMatchObject({ kind: 'done' })
      expect(running?.imageCalls()).toHaveLength(1)
    })
  })
}

/** Looks until there is an end, each time with what was saved; as soon as the provider likes. */
async function follow(provider: Provider, operation: Json, context: RunContext): Promise<Outcome | NotTaken> {
  if (!provider.poll) throw new DefectError('prepared without poll')
  let outcome = await provider.poll(operation, context)
  while (outcome.kind === 'pending') {
    await pause(Math.min(outcome.lookAgainMs, 20))
    outcome = await provider.poll(saved(outcome.operation), context)
  }
  return outcome
}
