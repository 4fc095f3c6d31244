import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StartError } from '#base/errors.ts'
import { askRunningServer, openControlSocket, type ControlSocket } from './control-socket.ts'

let folder: string
let lines: string[]
let opened: ControlSocket | null
const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-control-'))
  lines = []
  opened = null
})
afterEach(async () => {
  await opened?.close()
  rmSync(folder, { recursive: true })
})

const path = () => join(folder, 'control.sock')

async function open(run: (name: string, args: unknown) => Promise<string> = async () => 'done\n') {
  opened = await openControlSocket(folder, { run, log })
  return opened
}

/** Sends exactly this and reads until the other side hangs up. */
async function send(bytes: string): Promise<string> {
  const socket = connect(path())
  socket.write(bytes)
  return await text(socket)
}

describe('the control socket', () => {
  it('KY8: answers a command, for its own user alone', async () => {
    await open(async (name, args) => `${name} ${JSON.stringify(args)}\n`)
    expect(statSync(path()).mode & 0o777).toBe(0o600)
    expect(await askRunningServer(folder, 'greet', { who: 'ünï\n' })).toBe('greet {"who":"ünï\\n"}\n')
    expect(lines.join('')).not.toContain('ünï')
  })

  it('KY7: nobody there is no error, so that the command is done without a server', async () => {
    expect(await askRunningServer(folder, 'greet', {})).toBeNull()
    expect(await askRunningServer(join(folder, 'none'), 'greet', {})).toBeNull()
    await (await open()).close()
    expect(readdirSync(folder)).toEqual([])
  })

  it('KY8: takes over a socket that a killed server left', async () => {
    const script = `require('net').createServer().listen(${JSON.stringify(path())}, () => process.kill(process.pid, 'SIGKILL'))`
    await once(spawn(process.execPath, ['-e', script]), 'exit')
    expect(existsSync(path())).toBe(true)
    expect(await askRunningServer(folder, 'greet', {})).toBeNull()
    await open()
    expect(await askRunningServer(folder, 'greet', {})).toBe('done\n')
  })

  it('KY8: a refusal is told, a fault only logged', async () => {
    await open(async (name) => {
      throw name === 'refuse' ? new StartError('Not today.') : new Error('secret detail')
    })
    await expect(askRunningServer(folder, 'refuse', {})).rejects.toThrow(new StartError('Not today.'))
    const failure: unknown = await askRunningServer(folder, 'fail', {}).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StartError)
    expect(String(failure)).not.toContain('secret detail')
    expect(lines.join('')).toContain('secret detail')
  })

  it('KY8: what is no command is refused, however it comes', async () => {
    let ran = 0
    await open(async () => String(++ran))
    for (const bytes of [
      '\n',
      'nonsense\n',
      '[]\n',
      '{"command":1}\n',
      '{"args":{}}\n',
      `${'x'.repeat(70_000)}\n`,
      'x'.repeat(70_000),
    ]) {
      expect(JSON.parse(await send(bytes)), bytes.slice(0, 20)).toMatchObject({ ok: false })
    }
    expect(ran).toBe(0)
    // A client that goes away, or says more than one line.
    connect(path()).destroy()
    expect(JSON.parse(await send('{"command":"a"}\n{"command":"b"}\n'))).toEqual({ ok: true, text: '1' })
    expect(ran).toBe(1)
  })

  it('KY8: closing does not wait for those who say nothing', async () => {
    const control = await open()
    const silent = connect(path())
    await once(silent, 'connect')
    const gone = once(silent, 'close')
    await control.close()
    await gone
  })

  it('KY8: a server that goes away while it works is an error', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.destroy())).listen(path())
    await once(server, 'listening')
    await expect(askRunningServer(folder, 'greet', {})).rejects.toThrow(/went away/)
    server.close()
  })

  it('KY8: a folder with too long a name has none, which is said', async () => {
    const deep = join(folder, 'x'.repeat(100))
    await (await openControlSocket(deep, { run: async () => '', log })).close()
    expect(lines.join('')).toContain('too long')
    expect(await askRunningServer(deep, 'greet', {})).toBeNull()
  })
})
