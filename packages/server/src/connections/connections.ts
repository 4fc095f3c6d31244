// A user's configured engines: profiles, encrypted keys, model catalogue. Rules are numbered in docs/spec/connections.md (CN1 …).
import { systemClock } from '#base/clock.ts'
import { createChoice, type Choice } from './choice.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { createEngines, type Engines } from './engines.ts'
import { createInstanceConnections, type InstanceConnections } from './instance-connections.ts'
import { createProfiles, type Profiles } from './profiles.ts'

/** Every function takes the user whose connections it means; somebody else's are `not-found`. */
export interface Connections extends Profiles, Engines, Choice, InstanceConnections {}

/** Optional fields have defaults: the system's clock, and ten seconds. */
export type ConnectionOptions = Omit<ConnectionDependencies, 'clock' | 'askTimeoutMs'> &
  Partial<Pick<ConnectionDependencies, 'clock' | 'askTimeoutMs'>>

export function createConnections(options: ConnectionOptions): Connections {
  const dependencies: ConnectionDependencies = { clock: systemClock, askTimeoutMs: 10_000, ...options }
  const profiles = createProfiles(dependencies)
  const engines = createEngines(dependencies)
  const { openContext, models, test } = engines
  return {
    ...profiles,
    ...createChoice(dependencies, engines),
    ...createInstanceConnections(dependencies),
    openContext,
    models,
    test,
    async remove(userId, id) {
      await profiles.remove(userId, id)
      engines.forget(id)
    },
  }
}
