// The suite itself: a folder that claims more than its fixtures show must not pass.
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { freshModel, plantProvider } from './testing/new-folder.ts'

// A run of vitest each.
vi.setConfig({ testTimeout: 60_000 })

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

const vitest = join(import.meta.dirname, '../../../../../node_modules/vitest/vitest.mjs')

const Report = z.object({
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
})

/** The contract test of the new folder. Its engine fails in no way: that is what other folders are for. */
function contractTest(model: unknown, fixtures: string, provider: string): string {
  return `
import { createEngineHttp } from '../kit/engine-http.ts'
import { outgoing } from '../kit/fake-outgoing.ts'
import { describeProvider } from '../spec/contract-suite.ts'
import { startFreshEngine } from '../spec/testing/new-folder.ts'
import { provider } from './provider.ts'

const cannot = ['unauthorized', 'rate-limited', 'server-error', 'html', 'broken-base64', 'no-image', 'endless', 'blocked']
const request = { model: 'fresh', prompt: 'a fox', n: 1, width: 64, height: 64, sources: [], options: {} }
const start = async (behaviour) => {
  const engine = await startFreshEngine(${JSON.stringify(model)}, behaviour === 'stalled')
  const drawn = () => engine.requests.filter(({ path }) => path === '/draw')
  return {
    baseUrl: engine.baseUrl,
    imageCalls: () => drawn().map((seen) => seen.json()),
    sent: () => Promise.all(drawn().map(outgoing)),
    close: () => engine.close(),
  }
}
describeProvider(${provider}, {
  folder: 'fresh',
  request,
  openHttp: (options) => createEngineHttp({ ...options, allowPrivateBase: true }),
  engine: {
    start,
    expectedCalls: [{ prompt: 'a fox', width: 64, height: 64 }],
    impossible: Object.fromEntries(cannot.map((behaviour) => [behaviour, 'this is about claims'])),
    ${fixtures}
  },
})
`
}

/** What failed, by the number of its rule, and why. */
async function failuresOf(
  model: unknown,
  fixtures = '',
  provider = 'provider',
): Promise<readonly (readonly [rule: string, why: string])[]> {
  const folder = await plantProvider({ 'contract.test.ts': contractTest(model, fixtures, provider) })
  folders.push(folder)
  const { PATH, HOME, TMPDIR } = process.env
  const report = join(folder, 'report.json')
  // Only what is in the new folder: the suites' own tests are beside it.
  const args = [
    vitest,
    'run',
    '--root',
    join(folder, 'fresh'),
    '--reporter=json',
    '--outputFile',
    report,
    '--maxWorkers=1',
  ]
  await new Promise(
    (done) => void execFile(process.execPath, args, { env: { PATH, HOME, TMPDIR }, timeout: 55_000 }, done),
  )
  const { testResults } = Report.parse(JSON.parse(await readFile(report, 'utf8')))
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  expect(tests.filter(({ status }) => status === 'passed').length).toBeGreaterThan(5)
  return tests
    .filter(({ status }) => status === 'failed')
    .map(({ title, failureMessages }) => [title.replace(/:.*/, ''), failureMessages.join('\n')] as const)
}

const example = `examples: [
  {
    name: 'an example',
    request: { ...request, negativePrompt: 'fog', options: { glow: 0.5 } },
    sent: [
      {
        method: 'POST',
        path: '/draw',
        headers: { 'content-type': 'application/json' },
        body: { prompt: 'a fox', negativePrompt: 'fog', width: 64, height: 64, glow: 0.5 },
      },
    ],
  },
],`

describe('the suite of a folder', () => {
  it('PR28: fails when its fixtures show less than its models and options offer, and names it', async () => {
    const [first, ...others] = await failuresOf(freshModel)
    expect(others).toEqual([])
    expect(first).toEqual(['PR28', expect.stringMatching(/the option glow, a negative prompt/)])
  })

  it('PR28: fails when what goes out is not what the example says', async () => {
    expect(await failuresOf(freshModel, example.replace('glow: 0.5 },\n      },', 'glow: 0.6 },\n      },'))).toEqual([
      ['PR4, PR28', expect.stringContaining('to deeply equal')],
    ])
  })

  it('PR29: fails when progress or a stop is promised and no engine shows it', async () => {
    const promises = { progress: 'steps', cancel: 'engine' }
    const model = { ...freshModel, capabilities: { ...freshModel.capabilities, ...promises } }
    expect(await failuresOf(model, example)).toEqual([['PR29', expect.stringContaining('still at work')]])
  })

  it('PR30: fails when operations are prepared and no engine shows that they are found', async () => {
    const prepares = "{ ...provider, prepare: () => 'a job', poll: async () => ({ kind: 'not-taken' }) }"
    expect(await failuresOf(freshModel, example, prepares)).toContainEqual([
      'PR30',
      expect.stringContaining('does not answer'),
    ])
  })

  it('passes when everything is shown', async () => {
    expect(await failuresOf(freshModel, example)).toEqual([])
  })
})
