// The program itself, run as people run it, and a client that writes down everything that it is told.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { DefectError, present } from '#base/errors.ts'

export interface Heard {
  readonly what: string
  readonly bytes: Buffer
  /** Names of secrets that this answer is there to give. */
  readonly reveals: readonly string[]
}

interface Question {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly reveals?: readonly string[]
}

export interface Told {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  json(): any // oxlint-disable-line typescript/no-explicit-any -- a test looks into answers of many shapes
}

const main = join(import.meta.dirname, '../serve.ts')

/** Starts the program and waits until it says where it is. `said` is all that it wrote, also of its log. */
export async function startProgram(environment: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [main], { env: { PATH: process.env.PATH, ...environment } })
  const parts: Buffer[] = []
  const ended = once(child, 'exit')
  const said = () => Buffer.concat(parts)
  await new Promise<void>((resolve, reject) => {
    const hear = (part: Buffer) => {
      parts.push(part)
      // Lines of the log may come between the two.
      const words = said().toString()
      if (/Easel is ready: \S+\n/.test(words) && /#code=\S+\n/.test(words)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('exit', () => reject(new DefectError(`It ended: ${said().toString()}`)))
  })
  return {
    said,
    baseUrl: present(/Easel is ready: (\S+)/.exec(said().toString())?.[1], 'the address'),
    setUpCode: present(/#code=(\S+)/.exec(said().toString())?.[1], 'the set-up code'),
    async stop(): Promise<void> {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** A browser at `publicUrl`, which is the program at `baseUrl`. */
export function openClient(baseUrl: string, publicUrl: string, heard: Heard[]) {
  const jar = new Map<string, string>()
  const { hostname, port } = new URL(baseUrl)

  function send(path: string, { method = 'GET', body, headers = {} }: Question) {
    const raw = typeof body === 'string'
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const sent = request({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: {
        host: new URL(publicUrl).host,
        ...(method === 'GET' ? {} : { origin: publicUrl }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(cookie === '' ? {} : { cookie }),
        ...headers,
      },
    })
    sent.end(body === undefined || raw ? body : JSON.stringify(body))
    return sent
  }

  return {
    jar,
    async ask(path: string, question: Question = {}): Promise<Told> {
      const [response] = await once(send(path, question), 'response')
      const parts: Buffer[] = []
      for await (const part of response) parts.push(part)
      const body = Buffer.concat(parts)
      const reveals = question.reveals ?? []
      const what = `${question.method ?? 'GET'} ${path} (${response.statusCode})`
      heard.push({ what, bytes: Buffer.concat([Buffer.from(response.rawHeaders.join('\n')), body]), reveals })
      for (const line of response.headers['set-cookie'] ?? []) {
        const [pair = ''] = line.split(';')
        const at = pair.indexOf('=')
        if (/max-age=0/i.test(line)) jar.delete(pair.slice(0, at))
        else jar.set(pair.slice(0, at), pair.slice(at + 1))
      }
      const json = () => JSON.parse(body.toString())
      return { status: response.statusCode, headers: response.headers, body, json }
    },
    /** Listens to a stream until it is stopped. */
    async listen(path: string): Promise<() => number> {
      const [response] = await once(send(path, {}), 'response')
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => void parts.push(part))
      response.on('error', () => {})
      return () => {
        const bytes = Buffer.concat(parts)
        heard.push({ what: path, bytes, reveals: [] })
        response.destroy()
        return bytes.length
      }
    },
  }
}
