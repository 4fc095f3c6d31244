import type { OldPicture } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { createCall } from './client.ts'
import { oldLibrariesIn, sendOldPicture } from './old-pictures.ts'

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const picture = (file: OldPicture['file']): OldPicture => ({ file, filename: null, record: { prompt: 'A fox' } })

function storageOf(entries: Readonly<Record<string, string>>) {
  const names = Object.keys(entries)
  return {
    length: names.length,
    key: (at: number) => names[at] ?? null,
    getItem: (name: string) => entries[name] ?? null,
  }
}

/** A server that answers with these statuses one after another, and then that it is not there. */
function server(...statuses: number[]) {
  const bodies: unknown[] = []
  const waits: number[] = []
  const call = createCall(async (_input, init) => {
    bodies.push(await new Response(init?.body ?? null).json())
    const status = statuses.shift()
    if (status === undefined) throw new TypeError('no network')
    const code = status === 429 ? 'too-many-requests' : 'unsupported-media-type'
    const detail = 'This is no picture'
    return Response.json({ type: 'x', title: 'x', status, code, detail, error: detail }, { status })
  })
  const fetch = async () => new Response(new Uint8Array([1, 2, 3]))
  const wait = async (milliseconds: number) => void waits.push(milliseconds)
  return { bodies, waits, ports: { call, fetch, origin: 'http://here', wait } }
}

describe('pictures of older systems', () => {
  it('are found under whatever name they have, and nothing else is', () => {
    const history = [{ id: '20260101120000', prompt: 'A fox', image: png, settings: { width: 1, height: 1 } }]
    const found = oldLibrariesIn(
      storageOf({
        ollama_image_history: JSON.stringify(history),
        'easel-prompts': '["A fox"]',
        other: '{"a":1}',
        broken: '[{',
      }),
    )
    expect(found.map(({ key, pictures }) => [key, pictures.length])).toEqual([['ollama_image_history', 1]])
  })

  it('are sent with what is known of them, and say why one is not in', async () => {
    const { bodies, ports } = server(415)
    expect(await sendOldPicture(picture({ base64: png }), ports)).toBe('This is no picture')
    expect(bodies).toEqual([{ base64: png, record: { prompt: 'A fox' } }])
    expect(await sendOldPicture(picture({ base64: png }), ports)).toBe('The server does not answer')
  })

  it('wait when the server wants it slower', async () => {
    const { bodies, waits, ports } = server(429, 429, 415)
    expect(await sendOldPicture(picture({ base64: png }), ports)).toBe('This is no picture')
    expect([bodies.length, waits.length]).toEqual([3, 2])
  })

  it('are read from this server by their address, and never from another one', async () => {
    const { bodies, ports } = server(415)
    await sendOldPicture(picture({ url: '/images/a.png' }), ports)
    expect(bodies).toEqual([{ base64: 'AQID', record: { prompt: 'A fox' } }])
    expect(await sendOldPicture(picture({ url: 'https://elsewhere.example/a.png' }), ports)).toBe(
      'It is on another server: elsewhere.example',
    )
    const gone = async () => new Response(null, { status: 404 })
    expect(await sendOldPicture(picture({ url: '/images/a.png' }), { ...ports, fetch: gone })).toMatch(/not there/)
  })
})
