// The embedded database has one session. Whoever uses it stands in line: Kysely's statements and transactions, pg-boss, LISTEN.
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

/** The one session, held until `leave`. */
export interface Session extends DatabaseConnection {
  run(text: string, values: readonly unknown[]): Promise<Answer>
  /** Several statements, without values. */
  runScript(text: string): Promise<Answer>
  begin(): void
  /** @throws AbortedTransactionError when a statement had failed, so that nothing was kept */
  commit(): Promise<void>
  rollback(): Promise<void>
}

/** The line before the session. */
export interface Line {
  /** Waits for its turn and for the end of `work`. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>
  enter(): Promise<Session>
  leave(): void
}

function openSession(engine: Engine): Session {
  /** `asked`: the first statement brings it along. */
  let transaction: 'none' | 'asked' | 'open' = 'none'

  async function run(text: string, values: readonly unknown[]): Promise<Answer> {
    const begin = transaction === 'asked'
    if (begin) transaction = 'open'
    return await engine.send({ text, values, begin })
  }

  return {
    run,
    runScript: (text) => engine.send({ text, values: null, begin: false }),
    begin() {
      transaction = 'asked'
    },
    async commit() {
      const open = transaction === 'open'
      transaction = 'none'
      if (!open) return
      const { command } = await engine.send({ text: 'commit', values: [], begin: false })
      if (command === 'ROLLBACK') throw new AbortedTransactionError()
    },
    async rollback() {
      const open = transaction === 'open'
      transaction = 'none'
      if (open) await engine.send({ text: 'rollback', values: [], begin: false })
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

export function openLine(engine: Engine): Line {
  const session = openSession(engine)
  const waiting: (() => void)[] = []
  let taken = false

  async function enter(): Promise<Session> {
    if (taken) await new Promise<void>((resolve) => waiting.push(resolve))
    taken = true
    return session
  }

  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) taken = false
    else next()
  }

  return {
    enter,
    leave,
    async use(work) {
      const held = await enter()
      try {
        return await work(held)
      } finally {
        leave()
      }
    },
  }
}

function createDriver(line: Line, engine: Engine): Driver {
  // Kysely hands back what it was given, and there is only the one.
  let session: Session | null = null
  const held = (): Session => present(session, 'the session of the embedded database')
  return {
    async init() {},
    async acquireConnection() {
      session = await line.enter()
      return session
    },
    async releaseConnection() {
      line.leave()
    },
    async beginTransaction() {
      held().begin()
    },
    commitTransaction: () => held().commit(),
    rollbackTransaction: () => held().rollback(),
    destroy: () => line.use(() => engine.close()),
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
