// Commands for a running server, by a Unix socket in its data folder, which nobody but its user may enter. One line of JSON asks,
// one line answers.
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { codeOf, messageOf, StartError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'

const Question = z.object({ command: z.string(), args: z.unknown().optional() })
const Answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), text: z.string() }),
  z.object({ ok: z.literal(false), message: z.string() }),
])
type Answer = z.infer<typeof Answer>

/** What the longest question may take, and how long asking may. */
const limits = { bytes: 64 * 1024, ms: 10_000 }
/** sockaddr_un has 104 bytes on some systems, with a NUL at the end. */
const longestPath = 103

const socketPath = (folder: string): string => join(folder, 'control.sock')
const fits = (path: string): boolean => process.platform !== 'win32' && Buffer.byteLength(path) <= longestPath

export interface ControlSocket {
  close(): Promise<void>
}

/**
 * Listens for commands. The caller has the lock on the folder: a socket that is there was left by a process that is gone.
 * @param run does one command; what it throws as a StartError is told, anything else is logged
 */
export async function openControlSocket(
  folder: string,
  { run, log }: { readonly run: (name: string, args: unknown) => Promise<string>; readonly log: Log },
): Promise<ControlSocket> {
  const path = socketPath(folder)
  if (!fits(path)) {
    log.warn('no commands for the running server: the path of the data folder is too long for a socket')
    return { close: async () => {} }
  }
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    // A client that is gone needs no answer.
    socket.on('error', () => socket.destroy())
    serve(socket, async (line) => await answer(line))
  })

  async function answer(line: string): Promise<Answer> {
    const question = Question.safeParse(parseJson(line))
    if (!question.success) return { ok: false, message: 'This is no command.' }
    const { command, args } = question.data
    try {
      const text = await run(command, args)
      log.info({ command }, 'a command was run')
      return { ok: true, text }
    } catch (error) {
      if (error instanceof StartError) return { ok: false, message: error.message }
      log.error({ err: error, command }, 'a command failed')
      return { ok: false, message: 'Easel failed. Its log has the reason.' }
    }
  }

  try {
    rmSync(path, { force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(path, resolve)
    })
    chmodSync(path, 0o600)
  } catch (error) {
    // Some file systems, such as those that containers share with their host, have no sockets. Easel itself works without.
    log.warn({ reason: messageOf(error) }, 'no commands for the running server: its data folder takes no socket')
  }
  return {
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** Reads one line, answers it and hangs up. */
function serve(socket: Socket, answer: (line: string) => Promise<Answer>): void {
  let text = ''
  const end = (reply: Answer) => socket.end(`${JSON.stringify(reply)}\n`)
  socket.setEncoding('utf8')
  const patience = setTimeout(() => socket.destroy(), limits.ms)
  socket.on('close', () => clearTimeout(patience))
  const read = (part: string) => {
    text += part
    const at = text.indexOf('\n')
    if (at < 0 && text.length <= limits.bytes) return
    socket.off('data', read)
    clearTimeout(patience)
    if (at < 0) end({ ok: false, message: 'This is too long for a command.' })
    else void answer(text.slice(0, at)).then(end)
  }
  socket.on('data', read)
}

/**
 * Asks the server that runs on this folder.
 * @returns what it says, or null when none listens there
 * @throws StartError with what it refused, or when it went away
 */
export async function askRunningServer(folder: string, command: string, args: unknown): Promise<string | null> {
  const path = socketPath(folder)
  if (!fits(path)) return null
  const socket = await reach(path)
  if (socket === null) return null
  socket.write(`${JSON.stringify({ command, args })}\n`)
  const lines: string[] = []
  try {
    for await (const line of createInterface({ input: socket })) lines.push(line)
  } catch (error) {
    throw new StartError('The running Easel went away before it answered.', { cause: error })
  }
  const reply = Answer.safeParse(parseJson(lines[0] ?? ''))
  if (!reply.success) throw new StartError('The running Easel went away before it answered. Look at its log.')
  if (!reply.data.ok) throw new StartError(reply.data.message)
  return reply.data.text
}

async function reach(path: string): Promise<Socket | null> {
  const socket = connect(path)
  return await new Promise((resolve, reject) => {
    socket.once('connect', () => resolve(socket))
    socket.once('error', (error) => {
      const code = codeOf(error) ?? ''
      if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK', 'ENOTDIR'].includes(code)) resolve(null)
      else if (code === 'EACCES')
        reject(new StartError(`${path} belongs to another user. Run this as the user that Easel runs as.`))
      else reject(error)
    })
  })
}
