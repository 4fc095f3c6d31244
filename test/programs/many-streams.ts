// Many clients at once that wait for something long: assistants, pages and old clients, a third each.
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectionOf, submit } from '../faults/easel-client.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'
import { startFakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'

const kinds = ['mcp', 'events', 'lines'] as const
type Kind = (typeof kinds)[number]

export interface OpenStream {
  readonly kind: Kind
  readonly status: number
  /** What has come so far. */
  text(): string
  ended(): boolean
}

export interface Waiting {
  readonly easel: EaselProcess
  readonly address: string
  /** What the assistants wait for; it ends when it is cancelled. */
  readonly generationId: string
  /** Opens so many, 250 at a time: an answer in lines begins after seconds. */
  open(count: number): Promise<readonly OpenStream[]>
}

const json = { 'content-type': 'application/json' }

/** Easel with an engine that never answers. */
export async function withWaiting<T>(work: (waiting: Waiting) => Promise<T>): Promise<T> {
  const data = mkdtempSync(join(tmpdir(), 'easel-streams-'))
  const engine = await startFakeOpenAi({ failure: 'stall' })
  const settings = {
    OPENAI_API_KEY: 'sk-streams',
    OPENAI_BASE_URL: engine.apiUrl,
    EASEL_LOG: 'warn',
    EASEL_RATE_GENERATE: '1000',
  }
  const easel = await startEasel({ data, settings })
  const address = easel.address ?? ''
  const { hostname, port } = new URL(address)
  const streams: IncomingMessage[] = []
  try {
    const connectionId = await connectionOf(address, 'openai')
    const generationId = (await submit(address, { request: { connectionId, prompt: 'it takes long' } })).id

    const asked: Readonly<Record<Kind, () => { path: string; headers: Record<string, string>; body?: object }>> = {
      mcp: () => ({
        path: '/mcp',
        headers: { ...json, accept: 'application/json, text/event-stream' },
        body: {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: {
            name: 'wait_for_generation',
            arguments: { id: generationId, waitSeconds: 600, show: false },
            _meta: { progressToken: 1 },
          },
        },
      }),
      events: () => ({ path: '/api/events', headers: { accept: 'text/event-stream' } }),
      lines: () => ({
        path: '/generate',
        headers: json,
        body: { model: 'gpt-image-2', prompt: 'a fox', stream: true },
      }),
    }

    async function openOne(kind: Kind): Promise<OpenStream> {
      const { path, headers, body } = asked[kind]()
      const method = body === undefined ? 'GET' : 'POST'
      const sent = request({ hostname, port, method, path, headers, agent: false })
      sent.end(body === undefined ? undefined : JSON.stringify(body))
      const [response]: IncomingMessage[] = (await once(sent, 'response')) as [IncomingMessage] // oxlint-disable-line typescript/consistent-type-assertions -- what the event carries
      if (response === undefined) throw new Error('no answer')
      streams.push(response)
      let text = ''
      let ended = false
      response.on('data', (part: Buffer) => (text += part.toString()))
      response.on('close', () => (ended = true))
      // A line that breaks is seen by its end.
      response.on('error', () => (ended = true))
      return { kind, status: response.statusCode ?? 0, text: () => text, ended: () => ended }
    }

    return await work({
      easel,
      address,
      generationId,
      async open(count) {
        const opened: OpenStream[] = []
        const wanted = Array.from({ length: count }, (_, at) => kinds[at % kinds.length] ?? 'mcp')
        const opener = async (): Promise<void> => {
          for (let kind = wanted.pop(); kind !== undefined; kind = wanted.pop()) opened.push(await openOne(kind))
        }
        await Promise.all(Array.from({ length: 250 }, opener))
        return opened
      },
    })
  } finally {
    for (const stream of streams) stream.destroy()
    await easel.stop()
    await engine.close()
    rmSync(data, { recursive: true, force: true })
  }
}
