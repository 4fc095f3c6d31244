import { createHash } from 'node:crypto'
import type { SeenRequest } from './fake-engine.ts'

/** One request as it left Easel, without what depends on the connection. */
export interface Outgoing {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Without those that any client sends, with `KEY` for the key. */
  readonly headers: Readonly<Record<string, string>>
  /** What JSON says; of a form its fields in order, with the type and the bytes of files. */
  readonly body: unknown
}

const ofAnyClient = ['host', 'connection', 'content-length', 'accept-encoding', 'user-agent', 'transfer-encoding']
const credentials = ['authorization', 'api-key', 'x-api-key', 'x-key', 'x-goog-api-key']

/** The whole of a request, for comparing. */
export async function outgoing(seen: SeenRequest): Promise<Outgoing> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(seen.headers)) {
    if (ofAnyClient.includes(name)) continue
    const text = String(value)
    headers[name] = credentials.includes(name) ? text.replace(/\S+$/, 'KEY') : text.replace(/; boundary=.*$/, '')
  }
  return { method: seen.method, path: seen.path, headers, body: await bodyOf(seen) }
}

async function bodyOf(seen: SeenRequest): Promise<unknown> {
  if (seen.body.length === 0) return null
  if (!String(seen.headers['content-type']).startsWith('multipart/')) return seen.json()
  const fields: [string, string][] = []
  for (const [name, value] of await seen.form()) {
    fields.push([name, typeof value === 'string' ? value : await describeFile(value)])
  }
  return fields
}

async function describeFile(file: File): Promise<string> {
  const bytes = Buffer.from(await file.arrayBuffer())
  const content = bytes.length > 60 ? createHash('sha256').update(bytes).digest('hex') : bytes.toString('base64')
  return `${file.name} ${file.type} ${content}`
}
