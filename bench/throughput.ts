// Many pictures at once, counted when the last thumbnail is made, with somebody asking for the server's health meanwhile.
import { setTimeout as delay } from 'node:timers/promises'
import { countWithoutThumbnail, followEvents, submit } from '../test/faults/easel-client.ts'
import { report, spread } from './figures.ts'
import { withStudio, type Studio } from './studio.ts'

const pictures = 300
const concurrency = 4

/** Answers of /healthz until `done`, in milliseconds. */
async function watchHealth(address: string, done: AbortSignal): Promise<readonly number[]> {
  const times: number[] = []
  while (!done.aborted) {
    const from = performance.now()
    await (await fetch(`${address}/healthz`)).arrayBuffer()
    times.push(performance.now() - from)
    await delay(10)
  }
  return times
}

async function makeMany({ address, connectionId }: Studio): Promise<void> {
  const page = await followEvents(address)
  const done = new AbortController()
  const health = watchHealth(address, done.signal)
  const from = performance.now()
  const submitAll = async (): Promise<void> => {
    for (let count = 0; count < pictures; count++) {
      await submit(address, { request: { connectionId, prompt: `picture ${count}`, size: '1024x1024' } })
    }
  }
  await submitAll()
  const count = (type: string): number => page.events.filter(({ event }) => event.type === type).length
  while (count('generation.finished') < pictures) await delay(20)
  const stored = (performance.now() - from) / 1000
  // A picture is told as changed when its thumbnail is there.
  while (count('image.changed') < pictures) await delay(20)
  const derived = (performance.now() - from) / 1000
  done.abort()
  const missing = await countWithoutThumbnail(address)
  page.close()
  if (missing > 0) throw new Error(`${missing} of ${pictures} pictures have no thumbnail`)
  report(`${pictures} pictures of 2.7 MB, stored`, `${(pictures / stored).toFixed(1)} a second`)
  report(`${pictures} pictures of 2.7 MB, with thumbnails`, `${(pictures / derived).toFixed(1)} a second`, '≥ 25')
  report('  /healthz meanwhile', spread(await health), 'p99 < 10 ms')
}

export async function benchThroughput(nodeOptions: readonly string[] = []): Promise<void> {
  await withStudio({ concurrency, nodeOptions }, makeMany)
}
