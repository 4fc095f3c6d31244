// Many pictures at once, counted when their thumbnails are made, with somebody asking for the server's health meanwhile.
import { setTimeout as delay } from 'node:timers/promises'
import { countWithoutThumbnail, followEvents, submit, type EventStream } from '../test/faults/easel-client.ts'
import { report, spread } from './figures.ts'
import { withStudio, type Studio } from './studio.ts'

/** Until the code is compiled and memory has its size. */
const warmUp = 200
const pictures = 400
const concurrency = 4
/** A health check every so often: ten times as often they are a tenth of what the server does. */
const healthMs = 50

/** Answers of /healthz until `done`, in milliseconds. */
async function watchHealth(address: string, done: AbortSignal): Promise<readonly number[]> {
  const times: number[] = []
  while (!done.aborted) {
    const from = performance.now()
    await (await fetch(`${address}/healthz`)).arrayBuffer()
    times.push(performance.now() - from)
    await delay(healthMs)
  }
  return times
}

/** Counts events as they come. What the benchmark does takes from the same two processors. */
function countEvents(page: EventStream) {
  const counts = new Map<string, number>()
  let read = 0
  return (type: string): number => {
    for (const { event } of page.events.slice(read)) counts.set(event.type, (counts.get(event.type) ?? 0) + 1)
    read = page.events.length
    return counts.get(type) ?? 0
  }
}

async function makeMany({ address, connectionId }: Studio): Promise<void> {
  const page = await followEvents(address)
  const count = countEvents(page)
  const until = async (type: string, wanted: number): Promise<void> => {
    while (count(type) < wanted) await delay(20)
  }
  const submitMany = async (many: number): Promise<void> => {
    for (let at = 0; at < many; at++) {
      await submit(address, { request: { connectionId, prompt: `picture ${at}`, size: '1024x1024' } })
    }
  }
  await submitMany(warmUp)
  // A picture is told as changed when its thumbnail is there.
  await until('image.changed', warmUp)

  const done = new AbortController()
  const health = watchHealth(address, done.signal)
  const from = performance.now()
  await submitMany(pictures)
  await until('generation.finished', warmUp + pictures)
  const stored = (performance.now() - from) / 1000
  await until('image.changed', warmUp + pictures)
  const derived = (performance.now() - from) / 1000
  done.abort()
  const missing = await countWithoutThumbnail(address)
  page.close()
  if (missing > 0) throw new Error(`${missing} pictures have no thumbnail`)
  report(`${pictures} pictures of 2.7 MB, stored`, `${(pictures / stored).toFixed(1)} a second`)
  report(`${pictures} pictures of 2.7 MB, with thumbnails`, `${(pictures / derived).toFixed(1)} a second`, '≥ 25')
  report('  /healthz meanwhile', spread(await health), 'p99 < 10 ms')
}

export async function benchThroughput(nodeOptions: readonly string[] = []): Promise<void> {
  await withStudio({ concurrency, nodeOptions }, makeMany)
}
