// A user's configured engines: profiles, encrypted keys, model catalogue. Rules are numbered in docs/spec/connections.md (CN1 …).
import { systemClock } from '#base/clock.ts'
import { createChoice, type Choice } from './choice.ts'
import type { ConnectionDependencies } from './dependencies.ts'
import { createEngines, type Engines } from './engines.ts'
import { createInstanceConnections, type InstanceConnections } from './instance-connections.ts'
import { createModelDefaults, type ModelDefaults } from './model-defaults.ts'
import { createProfiles, type Profiles } from './profiles.ts'
import { createReach, type PrivateEngines } from './reach.ts'

/** Every function takes the user whose connections it means; somebody else's are `not-found` unless shared. */
export interface Connections extends Profiles, Engines, Choice, InstanceConnections, ModelDefaults {}

type Optional = 'clock' | 'askTimeoutMs' | 'privateEngines'

/** Optional fields have defaults: the system's clock, ten seconds, and private addresses for everybody. */
export type ConnectionOptions = Omit<ConnectionDependencies, Optional | 'reach'> &
  Partial<Pick<ConnectionDependencies, Optional>>

const anywhere: PrivateEngines = { allowed: 'everyone', checkPublic: async () => {} }

export function createConnections(options: ConnectionOptions): Connections {
  const given = { clock: systemClock, askTimeoutMs: 10_000, privateEngines: anywhere, ...options }
  const dependencies: ConnectionDependencies = { ...given, reach: createReach(given) }
  const profiles = createProfiles(dependencies)
  const engines = createEngines(dependencies)
  const { openContext, models, test } = engines
  return {
    ...profiles,
    ...createChoice(dependencies, engines),
    ...createInstanceConnections(dependencies),
    ...createModelDefaults(dependencies),
    openContext,
    models,
    test,
    async remove(userId, id) {
      await profiles.remove(userId, id)
      engines.forget(id)
    },
  }
}
