import { Agent, buildConnector } from 'undici'
import { guardedLookup, plainLookup, systemResolve, type Resolve } from './guard.ts'

// Ten seconds to reach a host: connecting is quick or does not happen.
const connectTimeoutMs = 10_000

/** Errors from before a connection stood: nothing of the request had been sent. */
const beforeSending = new WeakSet<object>()

/** Whether an error came from making the connection, so that the engine surely never saw the request. */
export function neverSent(error: unknown): boolean {
  return typeof error === 'object' && error !== null && beforeSending.has(error)
}

interface Agents {
  /** For the connection's own origin. */
  readonly own: Agent
  /** For everything else: reaches public addresses only. A pool of its own, since a pooled connection is not checked again. */
  readonly guarded: Agent
}

const byResolver = new WeakMap<Resolve, Agents>()

/** The process's connection pools; tests that resolve names of their own get pools of their own. */
export function agentsFor(resolve: Resolve = systemResolve): Agents {
  const known = byResolver.get(resolve)
  if (known) return known
  const agents = {
    own: openAgent(resolve === systemResolve ? undefined : plainLookup(resolve)),
    guarded: openAgent(guardedLookup(resolve)),
  }
  byResolver.set(resolve, agents)
  return agents
}

function openAgent(lookup: ReturnType<typeof guardedLookup> | undefined): Agent {
  const connector = buildConnector({ timeout: connectTimeoutMs, ...(lookup && { lookup }) })
  return new Agent({
    connect: (options, callback) => {
      connector(options, (...result) => {
        if (result[0]) beforeSending.add(result[0])
        callback(...result)
      })
    },
  })
}
