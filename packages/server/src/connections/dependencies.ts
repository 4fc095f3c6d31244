import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Jobs } from '#jobs/jobs.ts'
import type { EngineHttp, Provider } from '#providers/spec/provider.ts'
import type { PrivateEngines, Reach } from './reach.ts'
import type { Secrets } from './secrets.ts'

/** Opens the way to one connection's engine. */
export type OpenEngineHttp = (options: {
  readonly baseUrl: string
  readonly signal: AbortSignal
  readonly allowPrivateBase: boolean
  /** What errors call the engine where its address is not for whoever reads them. */
  readonly called?: string
}) => EngineHttp

/** What connections are built from. */
export interface ConnectionDependencies {
  readonly db: Db
  readonly jobs: Pick<Jobs, 'setLane'>
  readonly events: Pick<Events, 'append'>
  readonly secrets: Secrets
  /** By their ids. */
  readonly providers: ReadonlyMap<string, Provider>
  readonly log: Log
  readonly http: OpenEngineHttp
  readonly privateEngines: PrivateEngines
  readonly reach: Reach
  readonly clock: Clock
  /** Milliseconds that an engine has to say which models it has. */
  readonly askTimeoutMs: number
}
