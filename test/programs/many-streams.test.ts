// Many that wait at once. Rules in docs/spec/mcp.md; `npm run bench -- streams` opens a thousand and weighs them.
import { expect, it } from 'vitest'
import { withWaiting } from './many-streams.ts'

it('MC11: assistants, pages and old clients wait side by side, and each hears what it waits for', async () => {
  await withWaiting(async ({ easel, address, generationId, open }) => {
    const streams = await open(90)
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
    expect(streams.filter((stream) => stream.ended())).toEqual([])
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
    await fetch(`${address}/api/generations/${generationId}`, { method: 'DELETE' })
    const of = (kind: string) => streams.filter((stream) => stream.kind === kind)
    await expect.poll(() => of('mcp').every((stream) => /was cancelled/.test(stream.text()))).toBe(true)
    await expect.poll(() => of('mcp').every((stream) => stream.ended())).toBe(true)
    await expect
      .poll(() => of('events').every((stream) => stream.text().includes(`"generationId":"${generationId}","state"`)))
      .toBe(true)
    expect([...of('events'), ...of('lines')].filter((stream) => stream.ended())).toEqual([])
    expect(easel.faults()).toEqual([])
  })
})
