// What a thousand clients cost that wait: assistants (MCP), pages (SSE) and old clients (NDJSON), a third each.
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { withWaiting } from '../test/programs/many-streams.ts'
import { milliseconds, report } from './figures.ts'

const count = 1000
/** Until what opening them left behind is collected. */
const settleMs = 15_000

async function megabytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
}

export async function benchStreams(): Promise<void> {
  await withWaiting(async ({ easel, address, open }) => {
    // What the first ones load and compile is not theirs alone.
    await open(30)
    await delay(settleMs)
    const before = await megabytesOf(easel.pid)
    const streams = await open(count)
    await delay(settleMs)
    const after = await megabytesOf(easel.pid)
    const from = performance.now()
    await fetch(`${address}/healthz`)
    const answered = performance.now() - from
    const bad = streams.filter((stream) => stream.status !== 200 || stream.ended()).length
    report(`${count} open streams`, `${(after - before).toFixed(0)} MB, from ${before.toFixed(0)} MB`, '< 200 MB')
    report('  refused or ended', `${bad + easel.faults().length}`, '0')
    report('  /healthz meanwhile', milliseconds(answered))
  })
}
