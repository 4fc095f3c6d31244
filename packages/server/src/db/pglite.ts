import {
  chmodSync,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { Kysely, PGliteDialect } from 'kysely'
import { fromPglite } from 'pg-boss'
import { StartError } from '#base/errors.ts'
import type { Database } from './database.ts'
import { lockFolder } from './folder-lock.ts'
import type { Tables } from './tables.ts'

const int8Oid = 20
const ballastBytes = 32 * 1024 * 1024

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

function wrap(pglite: PGlite, release: () => void): Database {
  const db = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
  return {
    kind: 'pglite',
    db,
    boss: fromPglite(pglite),
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

/** Copies a database that is not in use, durably: a power cut leaves the whole copy or none. */
function copyTemplate(template: string, dataDir: string): void {
  if (!existsSync(template)) return
  const draft = `${dataDir}.new`
  rmSync(draft, { recursive: true, force: true })
  cpSync(template, draft, { recursive: true })
  for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true })) {
    syncPath(join(entry.parentPath, entry.name))
  }
  renameSync(draft, dataDir)
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

/**
 * Opens the embedded database in `folder`/db, made durable and locked against a second process.
 * @param template a data folder with a freshly initialised database; copying it spares the first start 3 s
 * @throws StartError when the folder is in use or cannot be used
 */
export async function openPglite(folder: string, template: string | null = null): Promise<Database> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  chmodSync(folder, 0o700)
  const release = lockFolder(folder)
  try {
    keepBallast(folder)
    const dataDir = join(folder, 'db')
    if (!existsSync(dataDir) && template !== null) copyTemplate(join(template, 'db'), dataDir)
    const pglite = await PGlite.create({
      ...common,
      fs: new DurableNodeFS(dataDir),
      startParams: durableStartParams(),
    })
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
