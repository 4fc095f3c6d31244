// Connections with everything real around them: database, jobs, events, HTTP.
import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { createEvents } from '#events/log.ts'
import { createJobs } from '#jobs/boss.ts'
import { createEngineHttp } from '#providers/kit/engine-http.ts'
import { checkAddress, systemResolve, type Resolve } from '#providers/kit/guard.ts'
import { createConnections } from '../connections.ts'
import { fixedKeyring } from '../keyring.ts'
import type { PrivateEngines } from '../reach.ts'
import { createSecrets } from '../secrets.ts'
import { providers } from './engine.ts'

interface Options {
  readonly askTimeoutMs?: number
  readonly allowed?: PrivateEngines['allowed']
  readonly resolve?: Resolve
}

/** Connections on a database of their own. `lines` is all that was logged; `pass` lets time go by. */
export async function openTestConnections({ allowed = 'everyone', resolve = systemResolve, ...options }: Options = {}) {
  const { database } = await openTestDatabase()
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const events = await createEvents(database, log)
  const jobs = await createJobs(database, log)
  const secrets = createSecrets(fixedKeyring({ kid: 'test', bytes: randomBytes(32) }))
  let time = Date.now()
  const connections = createConnections({
    db: database.db,
    jobs,
    events,
    secrets,
    providers,
    log,
    http: (to) => createEngineHttp({ ...to, resolve }),
    privateEngines: { allowed, checkPublic: (url) => checkAddress(url, resolve) },
    clock: { now: () => time },
    ...options,
  })
  return {
    connections,
    database,
    db: database.db,
    events,
    lines,
    addUser: (role: 'admin' | 'user' | 'guest' = 'admin') => addUser(database, 'Test', role),
    pass: (ms: number) => {
      time += ms
    },
    async close() {
      await jobs.close()
      await events.close()
      await database.close()
    },
  }
}
