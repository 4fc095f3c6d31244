// What a client of Easel's HTTP API does, with every answer checked against the contract.
import { setTimeout as delay } from 'node:timers/promises'
import { Connection, EaselEvent, Generation, terminalStates, type GenerationRequest } from '@easel/contract'
import { z } from 'zod'

const Problem = z.looseObject({ code: z.string(), detail: z.string().optional() })
export type Problem = z.infer<typeof Problem>

/** An answer that is no success. */
export class Refused extends Error {
  readonly status: number
  readonly problem: Problem

  constructor(status: number, problem: Problem) {
    super(`${status} ${problem.code}: ${problem.detail ?? ''}`)
    this.status = status
    this.problem = problem
  }
}

async function read<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const body: unknown = await response.json()
  if (!response.ok) throw new Refused(response.status, Problem.parse(body))
  return schema.parse(body)
}

export interface Submission {
  readonly request: z.input<typeof GenerationRequest>
  readonly key?: string
}

export async function submit(address: string, { request, key }: Submission): Promise<Generation> {
  const response = await fetch(`${address}/api/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: JSON.stringify(request),
  })
  return await read(response, Generation)
}

export async function getGeneration(address: string, id: string): Promise<Generation> {
  return await read(await fetch(`${address}/api/generations/${id}`), Generation)
}

export async function cancelGeneration(address: string, id: string): Promise<Generation> {
  return await read(await fetch(`${address}/api/generations/${id}`, { method: 'DELETE' }), Generation)
}

export async function listConnections(address: string): Promise<readonly Connection[]> {
  return (await read(await fetch(`${address}/api/connections`), z.object({ data: z.array(Connection) }))).data
}

/** The id of the connection of a provider. */
export async function connectionOf(address: string, provider: string): Promise<string> {
  const found = (await listConnections(address)).find((connection) => connection.provider === provider)
  if (found === undefined) throw new Error(`There is no connection of ${provider}`)
  return found.id
}

export async function countActive(address: string): Promise<number> {
  const page = z.object({ data: z.array(z.unknown()) })
  return (await read(await fetch(`${address}/api/generations?state=active&limit=200`), page)).data.length
}

const ImagePage = z.object({
  data: z.array(z.object({ thumbhash: z.string().nullable() })),
  nextCursor: z.string().nullable(),
})

/** Pictures of the whole library whose thumbnail is still to be made. */
export async function countWithoutThumbnail(address: string): Promise<number> {
  let count = 0
  for (let cursor: string | null = ''; cursor !== null;) {
    const at: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { data, nextCursor } = await read(await fetch(`${address}/api/images?limit=200${at}`), ImagePage)
    count += data.filter(({ thumbhash }) => thumbhash === null).length
    cursor = nextCursor
  }
  return count
}

/** Asks until `done` says yes. @throws with the last value when that takes longer than `limitMs` */
export async function until<T>(limitMs: number, ask: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  const last = performance.now() + limitMs
  for (;;) {
    const value = await ask()
    if (done(value)) return value
    if (performance.now() > last) throw new Error(`Not within ${limitMs} ms: ${JSON.stringify(value)}`)
    await delay(25)
  }
}

export async function untilEnded(address: string, id: string, limitMs = 60_000): Promise<Generation> {
  return await until(
    limitMs,
    () => getGeneration(address, id),
    ({ state }) => terminalStates.includes(state),
  )
}

export interface EventStream {
  /** Events so far, with the time each came, in milliseconds since the process began. */
  readonly events: readonly { readonly event: EaselEvent; readonly at: number }[]
  /** Resolves with the first event, past or to come, that fits. */
  find(fits: (event: EaselEvent) => boolean): Promise<{ readonly event: EaselEvent; readonly at: number }>
  close(): void
}

/** Follows the events of the caller, as an open page does. Resolves when the stream is open. */
export async function followEvents(address: string, since?: number): Promise<EventStream> {
  const abort = new AbortController()
  const headers = { accept: 'text/event-stream', ...(since === undefined ? {} : { 'last-event-id': String(since) }) }
  const response = await fetch(`${address}/api/events`, { headers, signal: abort.signal })
  if (!response.ok || response.body === null) throw new Error(`The event stream answered ${response.status}`)
  const events: { event: EaselEvent; at: number }[] = []
  const waiting = new Set<() => void>()
  const open = Promise.withResolvers<void>()
  const take = (block: string): void => {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
    )
    if (fields.get('event') === 'ready') open.resolve()
    const parsed = EaselEvent.safeParse(JSON.parse(fields.get('data') ?? 'null'))
    if (!parsed.success) return
    events.push({ event: parsed.data, at: performance.now() })
    for (const wake of waiting) wake()
  }
  const readAll = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      blocks.forEach(take)
    }
  }
  // Ends with the server, or when we close it.
  readAll(response.body).catch(() => open.resolve())
  await open.promise
  return {
    events,
    close: () => abort.abort(),
    async find(fits) {
      for (;;) {
        const found = events.find(({ event }) => fits(event))
        if (found !== undefined) return found
        const news = Promise.withResolvers<void>()
        waiting.add(news.resolve)
        await news.promise
        waiting.delete(news.resolve)
      }
    },
  }
}
