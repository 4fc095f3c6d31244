// A hundred thousand wrong passwords for one account from one address: how much they cost, and whether its owner notices.
import { Agent, request } from 'node:http'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEasel } from '../test/faults/easel-process.ts'
import { milliseconds, report } from './figures.ts'
import { processorTime } from './processor-time.ts'

const attempts = 100_000
const atOnce = 32
const email = 'owner@example.com'
const password = 'a fox in the snow'
const settings = {
  EASEL_AUTH: 'accounts',
  EASEL_TRUSTED_PROXIES: '127.0.0.1',
  EASEL_BREACHED_PASSWORDS: 'off',
}

async function megabytes(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN)
  return `${(kilobytes / 1024).toFixed(0)} MB`
}

function openClient(address: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
  const url = new URL(address)
  return {
    async post(path: string, body: object, from: string | null): Promise<number> {
      const headers = { 'content-type': 'application/json', ...(from === null ? {} : { 'x-forwarded-for': from }) }
      const asked = request({ agent, host: url.hostname, port: url.port, path, method: 'POST', headers })
      asked.end(JSON.stringify(body))
      const [response] = await once(asked, 'response')
      response.resume()
      await once(response, 'end')
      return response.statusCode
    },
    close: () => agent.destroy(),
  }
}

type Client = ReturnType<typeof openClient>

async function flood(client: Client, until: number): Promise<Map<number, number>> {
  const counts = new Map<number, number>()
  let made = 0
  const lane = async (): Promise<void> => {
    while (made < until) {
      made += 1
      const body = { email, password: `guess number ${made}` }
      const status = await client.post('/api/auth/sign-in', body, '203.0.113.66')
      counts.set(status, (counts.get(status) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return counts
}

/** How long the owner's own sign-in from elsewhere takes. */
async function ownSignIn(client: Client): Promise<string> {
  const from = performance.now()
  const status = await client.post('/api/auth/sign-in', { email, password }, '198.51.100.1')
  return `${status} in ${milliseconds(performance.now() - from)}`
}

export async function benchWrongPasswords(): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  const easel = await startEasel({ data, settings, nodeOptions: [] })
  const client = openClient(easel.address ?? '')
  try {
    await client.post('/api/auth/setup', { name: 'Owner', email, password }, null)
    await flood(client, attempts / 10)
    report('memory after 10,000 wrong passwords', await megabytes(easel.pid))
    const [from, usedBefore] = [performance.now(), await processorTime(easel.pid)]
    const flooding = flood(client, attempts)
    report('the owner signs in meanwhile', await ownSignIn(client), '200')
    const counts = [...(await flooding)].map(([status, times]) => `${times} × ${status}`).join(', ')
    const seconds = (performance.now() - from) / 1000
    const used = await processorTime(easel.pid)
    const each = used === null || usedBefore === null ? null : (used - usedBefore) / attempts
    report('100,000 wrong passwords', `${counts}; ${(attempts / seconds).toFixed(0)} a second`)
    if (each !== null) report('processor time for each', `${each.toFixed(3)} ms`)
    report('memory after them', await megabytes(easel.pid), 'as before')
  } finally {
    client.close()
    await easel.stop()
    await rm(data, { recursive: true, force: true })
  }
}
