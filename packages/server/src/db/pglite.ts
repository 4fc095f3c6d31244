import {
  chmodSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { Kysely } from 'kysely'
import { codeOf, StartError } from '#base/errors.ts'
import type { Database } from './database.ts'
import { lockFolder } from './folder-lock.ts'
import { createEngine, type Answer } from './pglite-engine.ts'
import { lineDialect, openLine, type Line } from './pglite-line.ts'
import { openInWorker } from './pglite-thread.ts'
import { inThisThread, openDurable, openInMemory, type Wire } from './pglite-wire.ts'
import type { Tables } from './tables.ts'

const ballastBytes = 32 * 1024 * 1024
/** As many as Node.js has threads for files. */
const syncLanes = 4

type Listener = (payload: string) => void

/** Those who listen, by channel. */
function createListeners(line: Line) {
  const channels = new Map<string, Set<Listener>>()
  return {
    tell: (channel: string, payload: string) => channels.get(channel)?.forEach((listener) => listener(payload)),
    async listen(channel: string, listener: Listener): Promise<() => Promise<void>> {
      const listeners = channels.get(channel) ?? new Set()
      channels.set(channel, listeners.add(listener))
      await line.run(`listen ${channel}`, [])
      return async () => {
        listeners.delete(listener)
      }
    },
  }
}

async function runScript(line: Line, text: string): Promise<Answer> {
  const held = await line.hold()
  try {
    return await held.send({ text, values: null, begin: false })
  } catch (error) {
    // It may have begun a transaction: nobody else must come upon it.
    await held.send({ text: 'rollback', values: [], begin: false })
    throw error
  } finally {
    held.leave()
  }
}

function wrap(wire: Wire, release: () => void): Database {
  const engine = createEngine(wire, (channel, payload) => listeners.tell(channel, payload))
  const line = openLine(engine)
  const listeners = createListeners(line)
  const db = new Kysely<Tables>({ dialect: lineDialect(line, engine) })
  return {
    kind: 'pglite',
    db,
    boss: {
      async executeSql(text, values = []) {
        if (values.length === 0) return await runScript(line, text)
        return await line.run(text, values)
      },
    },
    listen: listeners.listen,
    async maintain() {
      await runScript(line, 'checkpoint')
      await runScript(line, 'vacuum analyze')
    },
    async close() {
      await db.destroy()
      release()
    },
  }
}

function syncPath(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * A file that is given up when the disk is full, because the embedded database cannot even be opened without room for its log.
 */
function keepBallast(folder: string): void {
  const path = join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (existsSync(path)) {
    if (free < ballastBytes) rmSync(path)
  } else if (free > 8 * ballastBytes) {
    writeFileSync(path, Buffer.alloc(ballastBytes), { mode: 0o600 })
  }
}

/** Makes a thousand small files durable. Several at a time, because the file system writes them together and one by one takes many times as long. */
async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = [folder, ...entries.map((entry) => join(entry.parentPath, entry.name))].values()
  const lane = async (): Promise<void> => {
    for (const path of paths) {
      const handle = await open(path, 'r')
      try {
        await handle.sync()
      } finally {
        await handle.close()
      }
    }
  }
  await Promise.all(Array.from({ length: syncLanes }, lane))
}

/** Makes the database aside and moves it into place whole: a first start that is killed leaves nothing half-made behind. */
async function makeDatabase(dataDir: string, template: string | null): Promise<void> {
  const draft = `${dataDir}.new`
  rmSync(draft, { recursive: true, force: true })
  if (template === null || !existsSync(template)) await (await openDurable(draft)).close()
  else cpSync(template, draft, { recursive: true })
  await syncTree(draft)
  renameSync(draft, dataDir)
}

/** Makes the folder ready and takes it for this process. @returns a function that gives it free */
function takeFolder(folder: string): () => void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new StartError(
      `The data folder ${folder} cannot be made. Set EASEL_DATA to a folder that this user may write to.`,
      {
        cause: error,
      },
    )
  }
  try {
    chmodSync(folder, 0o700)
    return lockFolder(folder)
  } catch (error) {
    if (error instanceof StartError) throw error
    const words =
      codeOf(error) === 'ENOSPC'
        ? 'is on a full disk. Make room'
        : 'cannot be written to. Make it writable for this user'
    throw new StartError(`The data folder ${folder} ${words}, or set EASEL_DATA to another folder.`, { cause: error })
  }
}

/**
 * Opens the embedded database in `folder`/db, made durable and locked against a second process.
 * @param template a data folder with a freshly initialised database; copying it spares the first start 3 s
 * @throws StartError when the folder is in use or cannot be used
 */
export async function openPglite(folder: string, template: string | null = null): Promise<Database> {
  const release = takeFolder(folder)
  try {
    keepBallast(folder)
    const dataDir = join(folder, 'db')
    if (!existsSync(dataDir)) await makeDatabase(dataDir, template === null ? null : join(template, 'db'))
    const database = wrap(await openInWorker(dataDir), release)
    chmodSync(dataDir, 0o700)
    syncPath(folder)
    return database
  } catch (error) {
    release()
    if (error instanceof StartError) throw error
    throw new StartError(`The database in ${folder} cannot be opened. Is the disk full or the folder not writable?`, {
      cause: error,
    })
  }
}

/**
 * Opens an embedded database in memory, for tests.
 * @param dump what an earlier one's `dumpDataDir` gave
 */
export async function openMemoryPglite(dump?: Blob): Promise<{ database: Database; pglite: PGlite }> {
  const pglite = await openInMemory(dump)
  return { database: useWire(inThisThread(pglite)), pglite }
}

/** A database on a wire that somebody else opened, closed with it. */
export function useWire(wire: Wire): Database {
  return wrap(wire, () => {})
}
