import { createEasel, type Easel } from '@easel/client'
import type { Environment } from '../environment.ts'
import { Stopped } from '../stopped.ts'
import { readKept } from './kept.ts'

/** Said on the command line. */
export interface Where {
  readonly server?: string | undefined
  readonly key?: string | undefined
}

const usualServer = 'http://127.0.0.1:8080'

/** @throws Stopped for what is no address */
export function easelAt(server: string, key: string | undefined): Easel {
  try {
    return createEasel({ server, key })
  } catch (error) {
    throw new Stopped(error instanceof Error ? error.message : String(error))
  }
}

/**
 * The Easel that a command speaks to: by the command line, else by the environment, else what `easel login` has kept, else the one on
 * this machine. A kept key is sent to its own server alone.
 * @throws Stopped
 */
export async function whereOf(
  { server, key }: Where,
  { url, apiKey, configFolder }: Environment,
): Promise<{ readonly server: string; readonly key: string | undefined }> {
  const said = server ?? url
  const saidKey = key ?? apiKey
  if (said !== undefined && saidKey !== undefined) return { server: said, key: saidKey }
  const kept = await readKept(configFolder)
  const at = said ?? kept?.server ?? usualServer
  const isKept = kept !== null && URL.canParse(at) && new URL(at).origin === new URL(kept.server).origin
  return { server: at, key: saidKey ?? (isKept ? (kept.key ?? undefined) : undefined) }
}

/** @throws Stopped */
export async function connect(where: Where, environment: Environment): Promise<Easel> {
  const { server, key } = await whereOf(where, environment)
  return easelAt(server, key)
}
