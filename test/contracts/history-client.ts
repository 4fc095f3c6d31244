// A client of contract A: reads the lines of POST /generate as they come.
import { z } from 'zod'
import type { TestEasel } from '../../packages/server/src/bin/testing.ts'

const Settings = z.strictObject({
  model: z.string(),
  prompt: z.string(),
  seed: z.int(),
  width: z.int(),
  height: z.int(),
  steps: z.int(),
})

const plain = z.strictObject({
  id: z.string(),
  timestamp: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/),
  settings: Settings,
})
export const Item = plain.extend({ image: z.base64() })
export const ItemWithoutImage = plain

const Progress = z.strictObject({
  model: z.string(),
  created_at: z.iso.datetime(),
  done: z.literal(false),
  completed: z.number(),
  total: z.number(),
})
const Last = z.strictObject({
  model: z.string(),
  created_at: z.iso.datetime(),
  done: z.literal(true),
  done_reason: z.literal('stop'),
  image: z.base64(),
  total_duration: z.int().positive(),
})
const Failed = z.strictObject({ error: z.string().min(1), done: z.literal(true) })
export const Line = z.union([Progress, Last, Failed])
export type Line = z.infer<typeof Line>

export const ErrorBody = z.strictObject({ error: z.string().min(1) })

export async function post(easel: TestEasel, body: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return await easel.fetch('/generate', { method: 'POST', headers, body: JSON.stringify(body), ...init })
}

/** The lines of an answer as they come. */
export async function* linesOf(response: Response): AsyncGenerator<Line> {
  let rest = ''
  for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield Line.parse(JSON.parse(line))
  }
  if (rest !== '') throw new Error(`The answer ended in the middle of a line: ${rest.slice(0, 100)}`)
}

export async function allLines(response: Response): Promise<Line[]> {
  return await Array.fromAsync(linesOf(response))
}

/** Generates and gives the last line. */
export async function generate(easel: TestEasel, body: unknown): Promise<z.infer<typeof Last>> {
  return Last.parse((await allLines(await post(easel, body))).at(-1))
}

export async function index(easel: TestEasel): Promise<z.infer<typeof Item>[]> {
  return z.array(Item).parse(await (await easel.fetch('/history/index')).json())
}

/** Looks again until there is what is waited for. */
export async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== null) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
