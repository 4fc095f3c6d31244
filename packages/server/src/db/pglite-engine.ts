// The embedded database as a place that takes one request at a time. Statements are prepared once and kept: PGlite itself plans every
// statement anew and speaks to PostgreSQL six times for each, which takes four times as long as the statement.
import { DatabaseError, serialize } from 'pg-protocol'
import {
  CommandCompleteMessage,
  DataRowMessage,
  NotificationResponseMessage,
  RowDescriptionMessage,
  type BackendMessage,
} from 'pg-protocol/dist/messages.js'
import { Parser } from 'pg-protocol/dist/parser.js'
import { DefectError } from '#base/errors.ts'
import type { Wire } from './pglite-wire.ts'
import { typeParser, writeValue } from './values.ts'

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

/** One request at a time: whoever sends waits for the answer before the next one. */
export interface Engine {
  /** @throws DatabaseError with PostgreSQL's `code` */
  send(request: Request): Promise<Answer>
  close(): Promise<void>
}

/** Texts that are kept prepared. Easel has fewer; those with lists of several lengths are what the limit is for. */
const keptStatements = 300
/** The plan for any number of rows may be a bad one for a few: a page of a list is planned with its values. */
const plannedEachTime = /\blimit \$/

interface Column {
  readonly name: string
  readonly parse: (text: string) => unknown
}

interface Statement {
  /** Empty when it is planned each time. */
  readonly name: string
  readonly columns: readonly Column[]
}

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

const columnsOf = ({ fields }: RowDescriptionMessage): readonly Column[] =>
  fields.map(({ name, dataTypeID }) => ({ name, parse: typeParser(dataTypeID) }))

/** @param known the columns of a statement that was described before, and is not again */
function readAnswer(replies: readonly BackendMessage[], known: readonly Column[]): Answer {
  const rows: Row[] = []
  let columns = known
  let done = { command: '', affected: 0 }
  for (const reply of replies) {
    if (reply instanceof RowDescriptionMessage) columns = columnsOf(reply)
    else if (reply instanceof DataRowMessage) rows.push(rowOf(columns, reply.fields))
    else if (reply instanceof CommandCompleteMessage) done = readTag(reply.text)
  }
  return { rows, ...done }
}

/** What leaves tables as they are. PostgreSQL by itself plans anew what VACUUM or ANALYZE has found out. */
const harmless = new Set([...changing, 'SELECT', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SET', 'CHECKPOINT', 'VACUUM'])

const isHarmless = (reply: BackendMessage): boolean =>
  !(reply instanceof CommandCompleteMessage) || harmless.has(readTag(reply.text).command)

/** @param onNotification called for every NOTIFY on a channel that a LISTEN named */
export function createEngine(wire: Wire, onNotification: OnNotification): Engine {
  const statements = new Map<string, Statement>()
  let named = 0

  async function run(...parts: readonly Buffer[]): Promise<readonly BackendMessage[]> {
    const answer = await wire.exchange(new Uint8Array(Buffer.concat(parts)))
    const replies: BackendMessage[] = []
    const faults: DatabaseError[] = []
    new Parser().parse(Buffer.from(answer.buffer), (reply) => {
      if (reply instanceof NotificationResponseMessage) {
        // By itself: what listeners do, and fail at, is nothing to whoever asked.
        queueMicrotask(() => onNotification(reply.channel, reply.payload))
      } else if (reply instanceof DatabaseError) faults.push(reply)
      else replies.push(reply)
    })
    const [fault] = faults
    if (fault !== undefined) throw fault
    return replies
  }

  const begun = (begin: boolean): Buffer[] => (begin ? [serialize.query('begin')] : [])

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
    return {
      name,
      columns: replies.flatMap((reply) => (reply instanceof RowDescriptionMessage ? columnsOf(reply) : [])),
    }
  }

  async function runStatement(request: Request, given: readonly unknown[]): Promise<Answer> {
    const { text, begin } = request
    const known = statements.get(text)
    const statement = known ?? (await prepare(request))
    // Last again in the order of use.
    if (known !== undefined) statements.delete(text)
    statements.set(text, statement)
    const { name, columns } = statement
    const replies = await run(
      ...begun(begin && known !== undefined),
      ...(name === '' ? [serialize.parse({ text })] : []),
      serialize.bind({ statement: name, values: given.map(writeValue) }),
      serialize.execute({}),
      serialize.sync(),
    )
    return readAnswer(replies, columns)
  }

  /** A script that may have changed tables, and with them what statements give: everything is prepared anew after it. */
  async function runScript(text: string): Promise<Answer> {
    const replies = await run(serialize.query(text))
    if (statements.size > 0 && !replies.every(isHarmless)) {
      await run(serialize.query('deallocate all'))
      statements.clear()
    }
    return readAnswer(replies, [])
  }

  return {
    async send(request) {
      const { values, text, begin } = request
      if (values !== null) return await runStatement(request, values)
      if (begin) throw new DefectError('A script begins its own transaction')
      return await runScript(text)
    },
    close: () => wire.close(),
  }
}
