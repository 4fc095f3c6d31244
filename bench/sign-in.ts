// What it costs that a request has to be somebody's: the same question of a server without accounts and of one with them, in turns.
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fakePicture } from '../packages/server/src/providers/kit/fake-picture.ts'
import { startEasel, type EaselProcess } from '../test/faults/easel-process.ts'
import { milliseconds, quantile, report } from './figures.ts'

const pictures = 50
const warmUp = 500
const rounds = 4000

type Headers = Readonly<Record<string, string>>

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Milliseconds until the whole answer is there. */
function time(url: URL, headers: Headers): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const from = performance.now()
  const asked = request(url, { agent, headers }, (response) => {
    response.resume()
    response.on('end', () =>
      response.statusCode === 200
        ? resolve(performance.now() - from)
        : reject(new RangeError(`${url.href} answers ${response.statusCode}`)),
    )
  })
  asked.on('error', reject)
  asked.end()
  return promise
}

async function post(easel: EaselProcess, path: string, body: object, headers: Headers = {}): Promise<Response> {
  const answer = await fetch(`${easel.address}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new RangeError(`${path} answers ${answer.status}: ${await answer.text()}`)
  return answer
}

async function fill(easel: EaselProcess, headers: Headers): Promise<void> {
  for (let number = 0; number < pictures; number++) {
    const base64 = Buffer.from(fakePicture(32, 32, `picture ${number}`)).toString('base64')
    await post(easel, '/api/images', { base64 }, headers)
  }
}

async function signedIn(easel: EaselProcess): Promise<Headers> {
  const person = { name: 'Ada', email: 'ada@example.com', password: 'a fox in the snow' }
  const answer = await post(easel, '/api/auth/setup', person)
  return { cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

interface Side {
  readonly url: URL
  readonly headers: Headers
}

/** In turns, so that whatever else the machine does falls on both alike. */
async function compare(sides: readonly [Side, Side]): Promise<readonly [number[], number[]]> {
  const times: readonly [number[], number[]] = [[], []]
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const [index, { url, headers }] of sides.entries()) {
      const took = await time(url, headers)
      if (round >= warmUp) times[index === 0 ? 0 : 1].push(took)
    }
  }
  return times
}

export async function benchSignIn(): Promise<void> {
  const folders = [
    await mkdtemp(join(tmpdir(), 'easel-bench-')),
    await mkdtemp(join(tmpdir(), 'easel-bench-')),
  ] as const
  const settings = { EASEL_LOG: 'warn', EASEL_BREACHED_PASSWORDS: 'off' }
  const local = await startEasel({ data: folders[0], settings, nodeOptions: [] })
  const accounts = await startEasel({
    data: folders[1],
    settings: { ...settings, EASEL_AUTH: 'accounts' },
    nodeOptions: [],
  })
  try {
    const headers = await signedIn(accounts)
    await fill(local, {})
    await fill(accounts, headers)
    const sideOf = (easel: EaselProcess, shown: Headers) => ({
      url: new URL('/api/images?limit=50', easel.address ?? ''),
      headers: shown,
    })
    const [without, having] = await compare([sideOf(local, {}), sideOf(accounts, headers)])
    const cost = quantile(having, 0.5) - quantile(without, 0.5)
    report('50 pictures listed, without accounts', `p50 ${milliseconds(quantile(without, 0.5))}`)
    report('50 pictures listed, signed in', `p50 ${milliseconds(quantile(having, 0.5))}`)
    report('what signing in adds', `${cost.toFixed(3)} ms at the median`, '< 0.3 ms')
  } finally {
    await Promise.all([local.stop(), accounts.stop()])
    agent.destroy()
    for (const folder of folders) await rm(folder, { recursive: true, force: true })
  }
}
