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
import { setImmediate } from 'node:timers/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { Kysely, PGliteDialect, type PGliteDialectConfig } from 'kysely'
import { fromPglite, type Db as BossDatabase } from 'pg-boss'
import { codeOf, StartError } from '#base/errors.ts'
import type { Database } from './database.ts'
import { lockFolder } from './folder-lock.ts'
import type { Tables } from './tables.ts'

const int8Oid = 20
const ballastBytes = 32 * 1024 * 1024
/** As many as Node.js has threads for files. */
const syncLanes = 4

/**
 * PGlite's file system with the one call it lacks: as shipped, an fsync of PostgreSQL reaches nobody and a power cut loses
 * committed rows (electric-sql/pglite#1107).
 */
class DurableNodeFS extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pg, options)
    const makeDurable: NonNullable<typeof emscriptenOpts.preRun>[number] = (module) => {
      module.NODEFS.stream_ops.fsync = (stream: { nfd: number }) => {
        fsyncSync(stream.nfd)
        return 0
      }
    }
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), makeDurable] } }
  }
}

const common = { extensions: { pg_trgm }, parsers: { [int8Oid]: Number } } satisfies PGliteOptions

/** Without `-F`, which PGlite adds by default and which means fsync=off. */
function durableStartParams(): string[] {
  const params = PGlite.defaultStartParams.filter((param) => param !== '-F')
  return [...params, '-c', 'fsync=on', '-c', 'wal_sync_method=fsync']
}

/** A text that is a whole transaction fails as one: PGlite would let others in between the failure and its rollback. */
function wrapForBoss(pglite: PGlite): BossDatabase {
  const boss = fromPglite(pglite)
  return {
    ...boss,
    async executeSql(text, values) {
      if (!/^\s*begin\b/i.test(text)) return await boss.executeSql(text, values)
      const results = await pglite.transaction((trx) => trx.exec(text))
      return { rows: results.flatMap(({ rows }) => rows) }
    },
  }
}

/**
 * The embedded database works in this thread, and its promises alone never let the event loop turn: without a turn before each
 * query and transaction, a busy queue would keep answers and events that are ready from being sent.
 */
function inTurns(pglite: PGlite): PGliteDialectConfig['pglite'] {
  return {
    get closed() {
      return pglite.closed
    },
    get ready() {
      return pglite.ready
    },
    waitReady: pglite.waitReady,
    close: () => pglite.close(),
    async query<T>(...query: Parameters<PGlite['query']>) {
      await setImmediate()
      return await pglite.query<T>(...query)
    },
    async transaction(work) {
      await setImmediate()
      return await pglite.transaction(work)
    },
  }
}

function wrap(pglite: PGlite, release: () => void): Database {
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite: inTurns(pglite) }) })
  return {
    kind: 'pglite',
    db,
    boss: wrapForBoss(pglite),
    async listen(channel, onPayload) {
      return await pglite.listen(channel, onPayload)
    },
    async maintain() {
      await pglite.exec('CHECKPOINT')
      await pglite.exec('VACUUM ANALYZE')
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

function openFolder(dataDir: string): Promise<PGlite> {
  return PGlite.create({ ...common, fs: new DurableNodeFS(dataDir), startParams: durableStartParams() })
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
  if (template === null || !existsSync(template)) await (await openFolder(draft)).close()
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
    const pglite = await openFolder(dataDir)
    chmodSync(dataDir, 0o700)
    syncPath(folder)
    return wrap(pglite, release)
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
  const pglite = await PGlite.create({ ...common, ...(dump === undefined ? {} : { loadDataDir: dump }) })
  return { database: wrap(pglite, () => {}), pglite }
}
