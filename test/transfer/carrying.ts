// What carries a library from one Easel to another in tests: the command itself, and what an export holds.
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { unpack } from '../../packages/server/src/transfer/zip/testing.ts'

const cli = join(import.meta.dirname, '../../packages/cli/src/easel.ts')

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `easel import`. @param onStart gets the process, to kill it */
export async function runImport(path: string, server: string, onStart?: (child: ChildProcess) => void): Promise<Ran> {
  const child = spawn(process.execPath, [cli, 'import', path, '--server', server])
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
