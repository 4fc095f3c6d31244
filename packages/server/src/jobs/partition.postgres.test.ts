import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { openLog } from '#base/log.ts'
import { openPostgres } from '#db/postgres.ts'
import { createJobs } from './boss.ts'
import { openTestJobs, untilAborted } from './testing.ts'

/** A way to the database that can be cut without either end being told. */
async function openWay(target: URL) {
  const sockets = new Set<Socket>()
  let cut = false
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    sockets.add(near).add(far)
    near.on('data', (bytes) => void (cut || far.write(bytes)))
    far.on('data', (bytes) => void (cut || near.write(bytes)))
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(address.port)
  return {
    url: url.href,
    cut() {
      cut = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

it(
  'JB10: a worker that cannot reach the database gives its jobs up before another one takes them',
  { timeout: 90_000 },
  async () => {
    const test = await openTestJobs()
    const way = await openWay(new URL(test.url ?? ''))
    const remote = await openPostgres(way.url, openLog('silent'))
    const remoteJobs = await createJobs(remote, openLog('silent'))
    await test.setLane('lane', 1)
    const story: unknown[] = []
    await remoteJobs.work(async ({ signal }) => {
      story.push('started')
      await untilAborted(signal).finally(() => story.push(signal.reason))
    }, 1)
    await test.enqueue()
    await expect.poll(() => story, { timeout: 10_000 }).toEqual(['started'])
    way.cut()
    const other = await test.others.work(async () => void story.push('taken'), 1)
    await expect.poll(() => story, { timeout: 60_000 }).toEqual(['started', 'lost', 'taken'])
    await other.stop(1000)
    await way.close()
    await remoteJobs.close()
    await remote.close()
    await test.close()
  },
)
