// PGlite as a place that takes one request at a time. Statements are prepared once and kept: PGlite itself plans every statement anew
// and speaks to PostgreSQL six times for each, which takes four times as long as the statement.
import { fsyncSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { messages, PGlite, protocol, type PGliteOptions } from '@electric-sql/pglite'
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { NodeFS } from '@electric-sql/pglite/nodefs'
import { DefectError } from '#base/errors.ts'

export type Row = Record<string, unknown>

export interface Request {
  readonly text: string
  /** Null for a script: several statements, without values. */
  readonly values: readonly unknown[] | null
  /** Begins a transaction before it. */
  readonly begin: boolean
}

export interface Answer {
  readonly rows: Row[]
  /** Rows that were inserted, updated or deleted. */
  readonly affected: number
  /** The first word of what PostgreSQL says that it did; of the last statement of a script. */
  readonly command: string
}

export type OnNotification = (channel: string, payload: string) => void

/** An open PGlite. One request at a time: whoever sends waits for the answer before the next one. */
export interface Engine {
  send(request: Request): Promise<Answer>
  close(): Promise<void>
}

const int8Oid = 20
/** Texts that are kept prepared. Easel has fewer; those with lists of several lengths are what the limit is for. */
const keptStatements = 300
/** The plan for any number of rows may be a bad one for a few: a page of a list is planned with its values. */
const plannedEachTime = /\blimit \$/

const common = { extensions: { btree_gin, pg_trgm }, parsers: { [int8Oid]: Number } } satisfies PGliteOptions
const { serialize } = protocol

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

interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

interface Statement {
  /** Empty when it is planned each time. */
  readonly name: string
  readonly serializers: readonly ((value: unknown) => string | null)[]
  readonly columns: readonly Column[]
}

type Message = Awaited<ReturnType<PGlite['execProtocol']>>['messages'][number]

function rowOf(columns: readonly Column[], fields: readonly (string | null)[]): Row {
  const row: Row = {}
  for (const [index, { name, parse }] of columns.entries()) {
    const field = fields[index] ?? null
    row[name] = field === null ? null : parse(field)
  }
  return row
}

const changing = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE'])

/** Reads `INSERT 0 5`, `UPDATE 3`, `COMMIT`. */
function readTag(text: string): { command: string; affected: number } {
  const words = text.split(' ')
  const command = words[0] ?? ''
  return { command, affected: changing.has(command) ? Number(words.at(-1)) : 0 }
}

function readAnswer(replies: readonly Message[], columnsOf: (message: Message) => readonly Column[]): Answer {
  const rows: Row[] = []
  let columns = columnsOf({ name: 'noData', length: 0 })
  let done = { command: '', affected: 0 }
  for (const reply of replies) {
    if (reply instanceof messages.RowDescriptionMessage) columns = columnsOf(reply)
    else if (reply instanceof messages.DataRowMessage) rows.push(rowOf(columns, reply.fields))
    else if (reply instanceof messages.CommandCompleteMessage) done = readTag(reply.text)
  }
  return { rows, ...done }
}

/** What leaves tables as they are. PostgreSQL by itself plans anew what VACUUM or ANALYZE has found out. */
const harmless = new Set([...changing, 'SELECT', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SET', 'CHECKPOINT', 'VACUUM'])

const isHarmless = (reply: Message): boolean =>
  !(reply instanceof messages.CommandCompleteMessage) || harmless.has(readTag(reply.text).command)

/** @param onNotification called for every NOTIFY on a channel that a LISTEN named */
export function createEngine(pglite: PGlite, onNotification: OnNotification): Engine {
  const statements = new Map<string, Statement>()
  let named = 0
  pglite.onNotification(onNotification)

  const run = async (...parts: Uint8Array[]): Promise<readonly Message[]> =>
    (await pglite.execProtocol(Buffer.concat(parts), { syncToFs: false })).messages

  const begun = (begin: boolean): Uint8Array[] => (begin ? [serialize.query('begin')] : [])

  function columnsOf(message: Message): Column[] {
    if (!(message instanceof messages.RowDescriptionMessage)) return []
    return message.fields.map(({ name, dataTypeID }) => {
      const parse = pglite.parsers[dataTypeID]
      return { name, parse: parse === undefined ? String : (text: string) => parse(text, dataTypeID) }
    })
  }

  function serializerOf(oid: number): Statement['serializers'][number] {
    const serializeValue = pglite.serializers[oid] ?? String
    return (value) => (value === null || value === undefined ? null : serializeValue(value))
  }

  /** Forgets the one that was used longest ago. */
  async function makeRoom(): Promise<void> {
    const [oldest] = statements
    if (statements.size < keptStatements || oldest === undefined) return
    const [text, { name }] = oldest
    statements.delete(text)
    if (name !== '') await run(serialize.close({ type: 'S', name }), serialize.sync())
  }

  async function prepare({ text, begin }: Request): Promise<Statement> {
    await makeRoom()
    const name = plannedEachTime.test(text) ? '' : `easel_${(named += 1)}`
    const replies = await run(
      ...begun(begin),
      serialize.parse({ name, text }),
      serialize.describe({ type: 'S', name }),
      serialize.sync(),
    )
    const parameters = replies.find((reply) => reply instanceof messages.ParameterDescriptionMessage)
    const serializers = (parameters?.dataTypeIDs ?? []).map(serializerOf)
    return { name, serializers, columns: replies.flatMap(columnsOf) }
  }

  async function runStatement(request: Request, given: readonly unknown[]): Promise<Answer> {
    const { text, begin } = request
    const known = statements.get(text)
    const statement = known ?? (await prepare(request))
    // Last again in the order of use.
    if (known !== undefined) statements.delete(text)
    statements.set(text, statement)
    const { name, serializers, columns } = statement
    const values = given.map((value, index) => serializers[index]?.(value) ?? null)
    const replies = await run(
      ...begun(begin && known !== undefined),
      ...(name === '' ? [serialize.parse({ text })] : []),
      serialize.bind({ statement: name, values }),
      serialize.execute({}),
      serialize.sync(),
    )
    return readAnswer(replies, (reply) => (reply.name === 'rowDescription' ? columnsOf(reply) : columns))
  }

  /** A script that may have changed tables, and with them what statements give: everything is prepared anew after it. */
  async function runScript(text: string): Promise<Answer> {
    const replies = await run(serialize.query(text))
    if (statements.size > 0 && !replies.every(isHarmless)) {
      await run(serialize.query('deallocate all'))
      statements.clear()
    }
    return readAnswer(replies, columnsOf)
  }

  return {
    async send(request) {
      if (pglite.closed) throw new DefectError('The database is closed')
      const { values, text, begin } = request
      if (values !== null) return await runStatement(request, values)
      if (begin) throw new DefectError('A script begins its own transaction')
      return await runScript(text)
    },
    close: () => pglite.close(),
  }
}

/**
 * An engine in this thread. Its promises alone never let the event loop turn, which would keep answers and events that are ready
 * from being sent.
 */
export function inThisThread(pglite: PGlite, onNotification: OnNotification): Engine {
  const engine = createEngine(pglite, onNotification)
  return {
    ...engine,
    async send(request) {
      await setImmediate()
      return await engine.send(request)
    },
  }
}
