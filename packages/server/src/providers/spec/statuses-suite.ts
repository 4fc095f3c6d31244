// What any server may answer, whatever it speaks: a proxy before it, or what runs in its place. Needs no fixtures.
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { startFakeEngine } from '../kit/fake-engine.ts'
import type { ProviderFixtures } from './contract-suite.ts'
import type { NotTaken, Outcome, Provider } from './provider.ts'
import { contextFor, contractKey, failure } from './testing/suite-tools.ts'

const page = '<!doctype html><title>nginx</title><h1>No</h1>'
const noWords = '{}'
const soon = { 'retry-after': '9' }

const answers: readonly (readonly [status: number, body: string, headers: Record<string, string>, expected: object])[] =
  [
    [401, noWords, {}, { kind: 'auth', advice: 'never' }],
    [403, page, {}, { kind: 'auth', advice: 'never' }],
    [402, '{"error":"no credits"}', {}, { kind: 'quota', advice: 'never' }],
    [400, '{"error":{"message":"The prompt is too long"}}', {}, { kind: 'bad-request', advice: 'never' }],
    [413, page, {}, { kind: 'bad-request', advice: 'never' }],
    [422, '{"detail":[{"loc":["body","n"],"msg":"not a number"}]}', {}, { kind: 'bad-request', advice: 'never' }],
    [404, noWords, {}, { kind: 'not-found', advice: 'never' }],
    [408, noWords, {}, { kind: 'timeout', advice: 'never' }],
    [429, noWords, {}, { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: null }],
    [429, page, soon, { kind: 'rate-limited', advice: 'safe-to-resend', retryAfterMs: 9000 }],
    [500, page, soon, { kind: 'unavailable', advice: 'never' }],
    [502, page, {}, { kind: 'unavailable', advice: 'never' }],
    [503, page, {}, { kind: 'unavailable', advice: 'never' }],
    [503, page, soon, { kind: 'unavailable', advice: 'safe-to-resend', retryAfterMs: 9000 }],
    [504, page, {}, { kind: 'timeout', advice: 'never' }],
    [200, page, {}, { kind: 'malformed-response', advice: 'never' }],
    [200, '', {}, { kind: 'malformed-response', advice: 'never' }],
    [200, '{"half":', {}, { kind: 'malformed-response', advice: 'never' }],
  ]

/** Runs the rules about the answers that no protocol names. */
export function describeStatuses(provider: Provider, fixtures: ProviderFixtures): void {
  if (typeof fixtures.engine === 'string') return
  for (const [status, body, headers, expected] of answers) {
    const seconds = headers === soon ? ' with Retry-After' : ''
    it(`PR7, PR8, PR9, PR10: ${status}${seconds} and ${body.slice(0, 15) || 'nothing'} is what it is everywhere`, async () => {
      const engine = await startFakeEngine((_, reply) => reply.send(status, body, headers))
      try {
        const error = await failure(run(provider, fixtures, engine.baseUrl))
        // Nothing was asked for yet; or asking again costs nothing, and a busy server need not say when.
        const asked = engine.requests.some(({ method }) => method === 'POST')
        const free = !asked || (provider.manifest.resendSafe && status === 503)
        expect(error).toMatchObject({
          ...expected,
          ...(free && { advice: expect.any(String) }),
          ...(status !== 200 && { status }),
        })
        expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(contractKey)
        expect(error.message).not.toContain('<')
      } finally {
        await engine.close()
      }
    })
  }
}

async function run(provider: Provider, fixtures: ProviderFixtures, baseUrl: string): Promise<Outcome | NotTaken> {
  const context = contextFor(fixtures, { baseUrl })
  const outcome = await provider.start(fixtures.request, context)
  return outcome.kind === 'pending' && provider.poll ? provider.poll(outcome.operation, context) : outcome
}
