// What carries a library from one Easel to another in tests: the command itself, and what an export holds.
import { spawn, type ChildProcess } from 'node:child_process'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { unpack } from '../../packages/server/src/transfer/zip/testing.ts'

const cli = join(import.meta.dirname, '../../packages/cli/src/easel.ts')

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `easel import`. @param path or several, and options among them @param onStart gets the process, to kill it */
export async function runImport(
  path: string | readonly string[],
  server: string,
  onStart?: (child: ChildProcess) => void,
): Promise<Ran> {
  const child = spawn(process.execPath, [cli, 'import', ...[path].flat(), '--server', server])
  let out = ''
  let err = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  onStart?.(child)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, out, err }
}

export async function exportOf(address: string): Promise<Buffer> {
  const answer = await fetch(`${address}/api/me/export`)
  if (!answer.ok) throw new Error(`The export answered ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

/** What is not taken back: TR50. */
const ofThePlace = /^(?:account|connections)\.json$/

/** Every entry of an export that the next one has to have too; texts as text. */
export async function contentOf(archive: Buffer): Promise<Record<string, string>> {
  const found = await unpack(archive)
  const entries = found
    .filter(({ entry }) => !ofThePlace.test(entry.fileName))
    .map(({ entry, bytes }) => {
      const isText = /\.(?:jsonl?|txt)$/.test(entry.fileName)
      return [entry.fileName, (bytes ?? Buffer.alloc(0)).toString(isText ? 'utf8' : 'base64')] as const
    })
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Stands before a server and calls `onRequest` with the number of each request, before or after it was answered. */
export async function openProxy(target: string, onRequest: (number: number, when: 'before' | 'after') => void) {
  let number = 0
  const server = createServer((incoming, outgoing) => {
    number += 1
    const own = number
    onRequest(own, 'before')
    const { hostname, port } = new URL(target)
    const { method = 'GET', url = '/', headers } = incoming
    const sent = request({ hostname, port, method, path: url, headers, agent: false }, (response) => {
      onRequest(own, 'after')
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
    })
    sent.on('error', () => outgoing.destroy())
    incoming.on('error', () => sent.destroy())
    incoming.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}
