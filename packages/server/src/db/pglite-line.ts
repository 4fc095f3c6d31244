// The embedded database has one session. Whoever uses it stands in line: Kysely's statements and transactions, pg-boss, LISTEN. What is
// sent is not waited for by the next in line, so that the database's thread never waits for this one while there is something to do.
import {
  AbortedTransactionError,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely'
import { DefectError, present } from '#base/errors.ts'
import type { Answer, Engine } from './pglite-engine.ts'

/** Whoever holds the session: what is sent comes before anything of others. */
export interface Held {
  send: Engine['send']
  /** To be called once nothing more is sent; answers may be on their way still. */
  leave(): void
}

/** The line before the session. */
export interface Line {
  /** One statement by itself, sent as soon as nobody holds the session: what others sent before need not be answered yet. */
  run(text: string, values: readonly unknown[]): Promise<Answer>
  /** Waits until nobody else holds the session. */
  hold(): Promise<Held>
}

export function openLine(engine: Engine): Line {
  const waiting: { readonly alone: boolean; readonly go: () => void }[] = []
  let held = false

  /** Each one sends before the next one may, so that nothing comes in between what a holder sends. */
  function letIn(): void {
    for (let next = held ? undefined : waiting.shift(); next !== undefined; next = held ? undefined : waiting.shift()) {
      held = next.alone
      next.go()
    }
  }

  function enter(alone: boolean, go: () => void): void {
    waiting.push({ alone, go })
    letIn()
  }

  function leave(): void {
    held = false
    letIn()
  }

  return {
    run: (text, values) =>
      new Promise((resolve) => enter(false, () => resolve(engine.send({ text, values, begin: false })))),
    hold: () => new Promise((resolve) => enter(true, () => resolve({ send: engine.send, leave }))),
  }
}

/** What Kysely takes for a connection. Its statements are anybody's until it begins a transaction. */
interface Session extends DatabaseConnection {
  begin(): Promise<void>
  /** @throws AbortedTransactionError when a statement had failed, so that nothing was kept */
  commit(): Promise<void>
  rollback(): Promise<void>
}

function openSession(line: Line): Session {
  let held: Held | null = null
  /** The first statement brings it along. */
  let begun = false

  async function run(text: string, values: readonly unknown[]): Promise<Answer> {
    if (held === null) return await line.run(text, values)
    const begin = !begun
    begun = true
    return await held.send({ text, values, begin })
  }

  /** Others go on at once: whatever they send is answered after the end. */
  async function end(text: 'commit' | 'rollback'): Promise<Answer | null> {
    const ending = held !== null && begun ? held.send({ text, values: [], begin: false }) : null
    held?.leave()
    held = null
    return await ending
  }

  return {
    async begin() {
      held = await line.hold()
      begun = false
    },
    async commit() {
      const done = await end('commit')
      if (done?.command === 'ROLLBACK') throw new AbortedTransactionError()
    },
    async rollback() {
      await end('rollback')
    },
    async executeQuery<R>({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      const { rows, affected } = await run(sql, parameters)
      // oxlint-disable-next-line consistent-type-assertions -- what a row is, Kysely knows from db/tables.ts; the database is trusted to agree
      return { rows, numAffectedRows: BigInt(affected) } as unknown as QueryResult<R>
    },
    // oxlint-disable-next-line require-yield -- Kysely asks for a generator, and this one only refuses
    async *streamQuery() {
      throw new DefectError('The embedded database does not stream')
    },
  }
}

function createDriver(line: Line, engine: Engine): Driver {
  const sessions = new WeakMap<DatabaseConnection, Session>()
  const sessionOf = (connection: DatabaseConnection): Session => present(sessions.get(connection), 'a session')
  return {
    async init() {},
    async acquireConnection() {
      const session = openSession(line)
      sessions.set(session, session)
      return session
    },
    async releaseConnection() {},
    beginTransaction: (connection) => sessionOf(connection).begin(),
    commitTransaction: (connection) => sessionOf(connection).commit(),
    rollbackTransaction: (connection) => sessionOf(connection).rollback(),
    async destroy() {
      const held = await line.hold()
      await engine.close().finally(held.leave)
    },
  }
}

/** Kysely over the embedded database. Closing it waits for whoever has the session and closes the engine. */
export function lineDialect(line: Line, engine: Engine): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(line, engine),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
}
