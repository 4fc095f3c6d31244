import { resolve } from 'node:path'
import { StartError } from '#base/errors.ts'
import type { LogLevel } from '#base/log.ts'
import { engineAddress } from './engine-address.ts'
import type { Environment } from './environment.ts'
import { nearestName } from './nearest-name.ts'
import { isLoopback, secretNames, settings, signedUrl, toolNames, type Settings } from './settings.ts'
import { storageFaults } from './storage-faults.ts'

/** What Easel runs with. Frozen; made once at the start. */
export interface Config {
  /** An IP address or `localhost`; a loopback one in local mode. */
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** More ports that serve the same, for clients with addresses built in. */
  readonly extraPorts: readonly number[]
  /** Absolute path. */
  readonly dataFolder: string
  /** A folder with a freshly initialised embedded database, which spares the first start its making. */
  readonly databaseTemplate: string | null
  /** `local`: no sign-in, everything is the owner's. */
  readonly auth: 'local' | 'accounts'
  /** The origin that people use, or null: whatever they used to get here. */
  readonly publicUrl: string | null
  /** The origin of a CDN that gets what open links show from here, or null. */
  readonly cdnUrl: string | null
  /** The internal address at which the proxy in front has the files of the data folder, with a slash at its end; or null. */
  readonly handOff: string | null
  /** Whether originals of links are sent by the storage itself, at addresses that are signed. */
  readonly signedUrls: boolean
  /** Whether people may publish albums. */
  readonly gallery: boolean
  readonly signUp: 'closed' | 'invite' | 'open'
  readonly guests: { readonly allowed: boolean; readonly days: number }
  /** The account that old clients without a token act as. */
  readonly compatUser: string | null
  /** Addresses or ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** Whose connections may lead to private addresses. */
  readonly privateEngines: 'everyone' | 'admins' | 'nobody'
  /** A range service of breached passwords, or null. */
  readonly breachedPasswords: string | null
  readonly oidc: OidcConfig | null
  readonly mail: MailConfig | null
  /** For everybody who has no quota of their own; null: no limit. */
  readonly quota: Quota
  readonly guestQuota: Quota
  /** How often each may be done: sign-ins in 15 minutes, everything else in one. */
  readonly rates: {
    readonly signIn: number
    readonly generate: number
    readonly upload: number
    readonly share: number
  }
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
  readonly storageAccess: StorageAccessConfig
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

/** How a storage that is elsewhere is reached; null: not said. */
export interface StorageAccessConfig {
  readonly endpoint: string | null
  /** The same as people's browsers reach it. */
  readonly publicEndpoint: string | null
  readonly region: string | null
  readonly keyId: string | null
  readonly secretKey: string | null
  readonly sessionToken: string | null
}

export interface OidcConfig {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What the button says. */
  readonly name: string
}

export interface MailConfig {
  readonly url: string
  readonly from: string
}

export interface Quota {
  readonly bytes: number | null
  readonly imagesADay: number | null
  /** Generations queued or running. */
  readonly atOnce: number | null
  /** In the currency that the engines' price lists use. */
  readonly moneyAMonth: number | null
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
    ...accountSettings(values),
    secret: values.EASEL_SECRET,
    lostKey: values.EASEL_LOST_KEY,
    corsOrigins: Object.freeze(values.EASEL_CORS_ORIGINS),
    databaseUrl: values.DATABASE_URL,
    storageUrl: values.EASEL_STORAGE,
    storageAccess: storageAccessOf(values),
    role: values.EASEL_ROLE,
    logLevel: values.EASEL_LOG,
    trashDays: values.EASEL_TRASH_DAYS,
    workers: values.EASEL_WORKERS,
    minFreeBytes: values.EASEL_MIN_FREE_MB,
    maxUploadBytes: values.EASEL_MAX_UPLOAD_MB,
    engines: Object.freeze(engines),
  })
}

const megabyte = 1024 * 1024

function modeOf(values: Settings): Config['auth'] {
  return values.EASEL_AUTH ?? (isLoopback(values.EASEL_HOST) ? 'local' : 'accounts')
}

function accountSettings(values: Settings) {
  const auth = modeOf(values)
  return {
    auth,
    publicUrl: values.EASEL_PUBLIC_URL,
    cdnUrl: values.EASEL_CDN_URL,
    handOff: values.EASEL_HAND_OFF === signedUrl ? null : values.EASEL_HAND_OFF,
    signedUrls: values.EASEL_HAND_OFF === signedUrl,
    gallery: values.EASEL_GALLERY,
    signUp: values.EASEL_SIGNUP,
    guests: Object.freeze({ allowed: values.EASEL_GUESTS, days: values.EASEL_GUEST_DAYS }),
    compatUser: values.EASEL_COMPAT_USER,
    trustedProxies: Object.freeze(values.EASEL_TRUSTED_PROXIES),
    // In local mode the engines on one's own machine are the usual case; on a shared server an address inside its network is not for everybody.
    privateEngines: values.EASEL_PRIVATE_ENGINES ?? (auth === 'local' ? 'everyone' : 'admins'),
    breachedPasswords: values.EASEL_BREACHED_PASSWORDS === 'off' ? null : values.EASEL_BREACHED_PASSWORDS,
    oidc: oidcOf(values),
    mail: mailOf(values),
    quota: Object.freeze({
      bytes: values.EASEL_QUOTA_MB === null ? null : values.EASEL_QUOTA_MB * megabyte,
      imagesADay: values.EASEL_QUOTA_IMAGES_A_DAY,
      atOnce: values.EASEL_QUOTA_AT_ONCE,
      moneyAMonth: values.EASEL_QUOTA_MONEY_A_MONTH,
    }),
    guestQuota: Object.freeze({
      bytes: values.EASEL_GUEST_QUOTA_MB * megabyte,
      imagesADay: values.EASEL_GUEST_IMAGES_A_DAY,
      atOnce: 2,
      moneyAMonth: null,
    }),
    rates: Object.freeze({
      signIn: values.EASEL_RATE_SIGN_IN,
      generate: values.EASEL_RATE_GENERATE,
      upload: values.EASEL_RATE_UPLOAD,
      share: values.EASEL_RATE_SHARE,
    }),
  }
}

function oidcOf(values: Settings): OidcConfig | null {
  const { EASEL_OIDC_ISSUER: issuer, EASEL_OIDC_CLIENT_ID: clientId, EASEL_OIDC_CLIENT_SECRET: clientSecret } = values
  if (issuer === null || clientId === null || clientSecret === null) return null
  return Object.freeze({ issuer, clientId, clientSecret, name: values.EASEL_OIDC_NAME })
}

function storageAccessOf(values: Settings): StorageAccessConfig {
  return Object.freeze({
    endpoint: values.S3_ENDPOINT,
    publicEndpoint: values.S3_PUBLIC_ENDPOINT,
    region: values.AWS_REGION,
    keyId: values.AWS_ACCESS_KEY_ID,
    secretKey: values.AWS_SECRET_ACCESS_KEY,
    sessionToken: values.AWS_SESSION_TOKEN,
  })
}

function mailOf({ SMTP_URL: url, EASEL_MAIL_FROM: from }: Settings): MailConfig | null {
  return url === null || from === null ? null : Object.freeze({ url, from })
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
  const { EASEL_AUTH: auth, EASEL_HOST: host = '127.0.0.1' } = given
  if (auth === 'local' && !isLoopback(host.replace(/^\[(.*)\]$/, '$1'))) {
    faults.push(
      'EASEL_AUTH can be local only on a loopback address (EASEL_HOST): on any other, anybody could use this library',
    )
  }
  const oidc = ['EASEL_OIDC_ISSUER', 'EASEL_OIDC_CLIENT_ID', 'EASEL_OIDC_CLIENT_SECRET'] as const
  const missing = oidc.filter((name) => given[name] === undefined)
  if (missing.length > 0 && missing.length < oidc.length) {
    faults.push(`${missing.join(' and ')} must be set too: ${oidc.join(', ')} belong together`)
  }
  if (missing.length === 0 && given.EASEL_PUBLIC_URL === undefined) {
    faults.push('EASEL_PUBLIC_URL must be set for EASEL_OIDC_ISSUER: people are sent back to it')
  }
  if ((given.SMTP_URL === undefined) !== (given.EASEL_MAIL_FROM === undefined)) {
    faults.push('SMTP_URL and EASEL_MAIL_FROM belong together')
  } else if (given.SMTP_URL !== undefined && given.EASEL_PUBLIC_URL === undefined) {
    // An address that a request claims would let anybody send people links to a website of theirs.
    faults.push('EASEL_PUBLIC_URL must be set for SMTP_URL: the links in mails lead to it')
  }
  faults.push(...storageFaults(given))
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
