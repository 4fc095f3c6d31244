// PGlite as one end of a connection: what PostgreSQL is sent and what it answers, as bytes. They are written and read elsewhere, since
// PGlite takes a microsecond or two for each field of a row, which is longer than PostgreSQL takes to find it.
import { fsyncSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { PGlite, type PGliteOptions } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { DefectError } from '#base/errors.ts'

/** An open PGlite. One exchange at a time: whoever sends waits for the answer before the next one. */
export interface Wire {
  /**
   * @param messages of PostgreSQL's protocol, version 3, up to one that it answers with ReadyForQuery; whoever gives them does not use them again
   * @returns its answers up to there, with the notifications that came meanwhile
   * @throws when PGlite itself fails; what PostgreSQL has to say is among the answers
   */
  exchange(messages: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  close(): Promise<void>
}

const common = { extensions: { btree_gin, pg_trgm } } satisfies PGliteOptions

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

/** Without `-F`, which PGlite adds by default and which means fsync=off. */
function durableStartParams(): string[] {
  const params = PGlite.defaultStartParams.filter((param) => param !== '-F')
  return [...params, '-c', 'fsync=on', '-c', 'wal_sync_method=fsync']
}

/** Opens the database in a folder, made durable. */
export function openDurable(dataDir: string): Promise<PGlite> {
  return PGlite.create({ ...common, fs: new DurableNodeFS(dataDir), startParams: durableStartParams() })
}

/** @param dump what an earlier one's `dumpDataDir` gave */
export function openInMemory(dump?: Blob): Promise<PGlite> {
  return PGlite.create({ ...common, ...(dump === undefined ? {} : { loadDataDir: dump }) })
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0))
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}

export function wireOf(pglite: PGlite): Wire {
  return {
    async exchange(messages) {
      if (pglite.closed) throw new DefectError('The database is closed')
      const parts: Uint8Array[] = []
      // What is given is PGlite's memory, which the next part is written over.
      const onRawData = (part: Uint8Array) => void parts.push(part.slice())
      await pglite.execProtocolRawStream(messages, { syncToFs: false, onRawData })
      return joined(parts)
    },
    close: () => pglite.close(),
  }
}

/**
 * A wire in this thread. PGlite's promises alone never let the event loop turn, which would keep answers and events that are ready
 * from being sent.
 */
export function inThisThread(pglite: PGlite): Wire {
  const wire = wireOf(pglite)
  return {
    ...wire,
    async exchange(messages) {
      await setImmediate()
      return await wire.exchange(messages)
    },
  }
}
