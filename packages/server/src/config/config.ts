import { resolve } from 'node:path'
import { StartError } from '#base/errors.ts'
import type { LogLevel } from '#base/log.ts'
import { engineAddress } from './engine-address.ts'
import type { Environment } from './environment.ts'
import { nearestName } from './nearest-name.ts'
import { secretNames, settings, toolNames, type Settings } from './settings.ts'

/** What Easel runs with. Frozen; made once at the start. */
export interface Config {
  /** A loopback address: this version has no accounts. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** More ports that serve the same, for clients with addresses built in. */
  readonly extraPorts: readonly number[]
  /** Absolute path. */
  readonly dataFolder: string
  /** A folder with a freshly initialised embedded database, which spares the first start its making. */
  readonly databaseTemplate: string | null
  readonly auth: 'local'
  /** What the key of all stored keys is made of, or null: a file in the data folder. */
  readonly secret: string | null
  /** What to do when the stored keys cannot be opened: refuse to start, or forget them. */
  readonly lostKey: 'refuse' | 'forget'
  /** Origins of other websites that may use this server, e.g. `https://example.com`. */
  readonly corsOrigins: readonly string[]
  /** Null: the embedded database. */
  readonly databaseUrl: string | null
  /** Null: the data folder. */
  readonly storageUrl: string | null
  readonly role: 'all' | 'api' | 'worker'
  readonly logLevel: LogLevel
  /** Days that deleted pictures stay restorable; 0 erases at once. */
  readonly trashDays: number
  /** Jobs that run at a time in this process. */
  readonly workers: number
  /** Below so many free bytes no new work is taken. */
  readonly minFreeBytes: number
  readonly maxUploadBytes: number
  /** The engines' own variables that are set, e.g. `OPENAI_API_KEY`; addresses are complete base URLs without a slash at the end. */
  readonly engines: Readonly<Record<string, string>>
}

/** Which variables an engine has; a provider's manifest is one. */
export interface EngineVariables {
  readonly environment: { readonly key?: string; readonly baseUrl?: string }
  readonly defaultBaseUrl: string | null
}

/**
 * Reads every setting.
 * @param engines whose variables to read, beside Easel's own
 * @throws StartError that names every setting at fault, what is wrong with it and what it may be
 */
export function readConfig(environment: Environment, engines: readonly EngineVariables[] = []): Config {
  const given = withoutEmpty(environment)
  const parsed = settings.safeParse(given)
  const variables = readEngines(given, engines)
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) => describeFault(given, String(issue.path[0]), issue.message)),
    ...crossFaults(given),
    ...variables.faults,
    ...unknownNames(given),
  ]
  if (!parsed.success || faults.length > 0) {
    throw new StartError(['Easel cannot start with these settings:', ...faults].join('\n  - '))
  }
  return toConfig(parsed.data, variables.values)
}

function toConfig(values: Settings, engines: Readonly<Record<string, string>>): Config {
  return Object.freeze({
    host: values.EASEL_HOST,
    port: values.EASEL_PORT,
    extraPorts: Object.freeze(values.EASEL_EXTRA_PORTS),
    dataFolder: resolve(values.EASEL_DATA),
    databaseTemplate: values.EASEL_DATABASE_TEMPLATE,
    auth: values.EASEL_AUTH,
    secret: values.EASEL_SECRET,
    lostKey: values.EASEL_LOST_KEY,
    corsOrigins: Object.freeze(values.EASEL_CORS_ORIGINS),
    databaseUrl: values.DATABASE_URL,
    storageUrl: values.EASEL_STORAGE,
    role: values.EASEL_ROLE,
    logLevel: values.EASEL_LOG,
    trashDays: values.EASEL_TRASH_DAYS,
    workers: values.EASEL_WORKERS,
    minFreeBytes: values.EASEL_MIN_FREE_MB,
    maxUploadBytes: values.EASEL_MAX_UPLOAD_MB,
    engines: Object.freeze(engines),
  })
}

type Given = Readonly<Record<string, string>>

/** Compose files and `.env` templates set a variable to nothing where they mean that it is not set. */
function withoutEmpty(environment: Environment): Given {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    const text = value?.trim() ?? ''
    if (text !== '') given[name] = text
  }
  return given
}

function describeFault(given: Given, name: string, problem: string): string {
  const value = given[name]
  const shown = value === undefined || secretNames.has(name) ? '' : ` (it is ${JSON.stringify(value)})`
  return `${name} ${problem}${shown}`
}

/** Settings that are sound alone and not together. */
function crossFaults(given: Given): readonly string[] {
  const faults: string[] = []
  const { EASEL_ROLE: role, EASEL_PORT: port = '8080', EASEL_EXTRA_PORTS: extra = '' } = given
  if ((role === 'api' || role === 'worker') && given.DATABASE_URL === undefined) {
    faults.push(`EASEL_ROLE can be ${role} only with DATABASE_URL: the embedded database belongs to one process`)
  }
  if (extra.split(/[\s,]+/).includes(port)) faults.push(`EASEL_EXTRA_PORTS must not repeat EASEL_PORT (${port})`)
  return faults
}

function unknownNames(given: Given): readonly string[] {
  const known = [...Object.keys(settings.shape), ...toolNames]
  return Object.keys(given)
    .filter((name) => name.startsWith('EASEL_') && !known.includes(name))
    .map((name) => {
      const meant = nearestName(name, known)
      return `${name} is not a setting of this version${meant === null ? '' : `: did you mean ${meant}?`}`
    })
}

function readEngines(given: Given, engines: readonly EngineVariables[]) {
  const values: Record<string, string> = {}
  const faults: string[] = []
  for (const { environment, defaultBaseUrl } of engines) {
    const { key, baseUrl } = environment
    const keyText = key === undefined ? undefined : given[key]
    const address = baseUrl === undefined ? undefined : given[baseUrl]
    if (key !== undefined && keyText !== undefined) {
      if (/^[\x21-\x7e]{1,4000}$/.test(keyText)) values[key] = keyText
      else faults.push(`${key} must be an API key: printable ASCII characters without spaces`)
    }
    if (baseUrl !== undefined && address !== undefined) {
      const url = engineAddress(address, defaultBaseUrl)
      if (url !== null) values[baseUrl] = url
      // The address is not repeated: people do put passwords into such URLs.
      else faults.push(`${baseUrl} must be an http or https address, without user name, password, ? or #`)
    }
  }
  return { values, faults }
}
