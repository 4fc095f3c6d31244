// From the submission of one picture to the event that says it is there, one after the other.
import { setTimeout as delay } from 'node:timers/promises'
import { followEvents, submit, type EventStream } from '../test/faults/easel-client.ts'
import { processorTime } from './processor-time.ts'
import { milliseconds, quantile, report, spread } from './figures.ts'
import { withStudio, type Studio } from './studio.ts'

const warmUp = 100
const rounds = 200

interface Times {
  /** Until the 202. */
  readonly accepted: number
  /** Until the event that a worker has it. */
  readonly running: number
  readonly finished: number
}

async function makeOne({ address, connectionId }: Studio, page: EventStream, prompt: string): Promise<Times> {
  const from = performance.now()
  const { id } = await submit(address, { request: { connectionId, prompt, size: '1024x1024' } })
  const accepted = performance.now()
  const finished = await page.find((event) => event.type === 'generation.finished' && event.generationId === id)
  const added = await page.find((event) => event.type === 'image.added' && event.generationId === id)
  const imageId = added.event.type === 'image.added' ? added.event.imageId : ''
  // The thumbnail is made afterwards; the next round is not to pay for it.
  await page.find((event) => event.type === 'image.changed' && event.imageId === imageId)
  const running = await page.find((event) => event.type === 'generation.running' && event.generationId === id)
  return { accepted: accepted - from, running: running.at - from, finished: finished.at - from }
}

/** What an answer of the engine costs whoever reads it, without Easel. */
async function askEngine(engineUrl: string): Promise<number> {
  const from = performance.now()
  const response = await fetch(`${engineUrl}/images/generations`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-bench', 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-image-2', prompt: 'a picture' }),
  })
  await response.arrayBuffer()
  return performance.now() - from
}

export async function benchPipeline(nodeOptions: readonly string[] = []): Promise<void> {
  await withStudio({ concurrency: 2, nodeOptions }, async (studio) => {
    const page = await followEvents(studio.address)
    const times: Times[] = []
    let usedBefore: number | null = null
    for (let round = 0; round < warmUp + rounds; round++) {
      if (round === warmUp) usedBefore = await processorTime(studio.easel.pid)
      const one = await makeOne(studio, page, `picture ${round}`)
      if (round >= warmUp) times.push(one)
    }
    page.close()
    const used = await processorTime(studio.easel.pid)
    // By itself: what this process has to clear away after such an answer would be Easel's time otherwise.
    const engine: number[] = []
    for (let round = 0; round < 50; round++) {
      engine.push(await askEngine(studio.engineUrl))
      await delay(50)
    }
    report('one picture of 2.7 MB, request to event', spread(times.map(({ finished }) => finished)), 'p50 ≤ 30 ms')
    report('  request to 202', spread(times.map(({ accepted }) => accepted)))
    report('  request to running', spread(times.map(({ running }) => running)))
    report('  running to finished', spread(times.map(({ running, finished }) => finished - running)))
    report("  of which the engine's answer alone", milliseconds(quantile(engine, 0.5)))
    if (used !== null && usedBefore !== null) {
      report('processor time of Easel for it, with thumbnail', milliseconds((used - usedBefore) / rounds))
    }
  })
}
