import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { routes } from '@easel/contract'
import { Stopped } from '../stopped.ts'
import { easelAt } from './connect.ts'
import { exit } from './exit.ts'
import { keep } from './kept.ts'

interface Asked {
  readonly server: string
  /** Absent: it is asked for, or read from standard input where that is no terminal. */
  readonly key: string | undefined
  readonly configFolder: string
}

/** One line, without showing it. */
async function readSecret(question: string): Promise<string> {
  const input = process.stdin
  const shows = input.isTTY
  if (shows) process.stderr.write(question)
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: shows })
  try {
    for await (const line of lines) return line.trim()
    return ''
  } finally {
    lines.close()
    if (shows) process.stderr.write('\n')
  }
}

/** `easel login`: tries the key and keeps it. @throws ApiError, Stopped */
export async function login({ server, key, configFolder }: Asked): Promise<number> {
  const open = easelAt(server, undefined)
  const { data: status } = await open.call(routes.getAuthStatus, {})
  const isLocal = status.mode === 'local'
  const secret = isLocal ? null : (key ?? (await readSecret(`API key for ${open.origin} (Settings → API keys): `)))
  if (secret === '') throw new Stopped('No key was given.')
  const { data: me } = await easelAt(server, secret ?? undefined).call(routes.getMe, {})
  const file = await keep(configFolder, { server: open.origin, key: secret })
  console.log(isLocal ? `${open.origin} needs no key. Kept in ${file}.` : `Hello, ${me.name}. Kept in ${file}.`)
  return exit.done
}
