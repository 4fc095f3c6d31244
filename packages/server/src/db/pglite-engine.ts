// The embedded database as a place that answers requests in the order they come. Statements are prepared once and kept: PGlite itself
// plans every statement anew and speaks to PostgreSQL six times for each, which takes four times as long as the statement.
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
import { createStatements, type Column } from './pglite-statements.ts'
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

/** There is one session: what is sent while a transaction is open becomes part of it. */
export interface Engine {
  /**
   * Handed over before this returns; requests are answered in the order they were sent.
   * @throws DatabaseError with PostgreSQL's `code`
   */
  send(request: Request): Promise<Answer>
  close(): Promise<void>
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

/** @param described the columns of a statement; a script tells them itself */
function readAnswer(replies: readonly BackendMessage[], described: readonly Column[]): Answer {
  const rows: Row[] = []
  let columns = described
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

interface Exchanged {
  readonly replies: readonly BackendMessage[]
  readonly fault: DatabaseError | null
}

/** What a statement is sent with: what comes before it, and what binds and executes it under a name. */
interface Sending {
  readonly begun: readonly Buffer[]
  readonly run: (name: string) => readonly Buffer[]
}

/** @param onNotification called for every NOTIFY on a channel that a LISTEN named */
export function createEngine(wire: Wire, onNotification: OnNotification): Engine {
  const statements = createStatements()

  async function exchange(...parts: readonly Buffer[]): Promise<Exchanged> {
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
    return { replies, fault: faults[0] ?? null }
  }

  async function runFirst(text: string, { begun, run }: Sending): Promise<Answer> {
    const { name, before, keep, end } = statements.begin(text)
    try {
      const { replies, fault } = await exchange(
        ...begun,
        ...before,
        serialize.parse({ name, text }),
        serialize.describe({ type: 'S', name }),
        ...run(name),
      )
      const columns = replies.flatMap((reply) => (reply instanceof RowDescriptionMessage ? columnsOf(reply) : []))
      // Prepared it may be although it failed then, for its values or in what it did.
      if (replies.some((reply) => reply.name === 'parseComplete')) keep(columns)
      if (fault !== null) throw fault
      return readAnswer(replies, columns)
    } finally {
      end()
    }
  }

  async function runStatement({ text, begin }: Request, given: readonly unknown[]): Promise<Answer> {
    const values = given.map(writeValue)
    const begun = begin ? [serialize.query('begin')] : []
    const run = (statement: string) => [serialize.bind({ statement, values }), serialize.execute({}), serialize.sync()]
    const statement = statements.use(text)
    if (statement === null) return await runFirst(text, { begun, run })
    const { name, columns } = statement
    const parsed = name === '' ? [serialize.parse({ text })] : []
    const { replies, fault } = await exchange(...begun, ...parsed, ...run(name))
    if (fault !== null) throw fault
    return readAnswer(replies, columns)
  }

  /** A script that may have changed tables, and with them what statements give: everything is prepared anew after it. */
  async function runScript(text: string): Promise<Answer> {
    const { replies, fault } = await exchange(serialize.query(text))
    if (fault !== null) throw fault
    if (statements.size > 0 && !replies.every(isHarmless)) {
      statements.clear()
      await exchange(serialize.query('deallocate all'))
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
