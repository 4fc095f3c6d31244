// Every setting of Easel itself: its name, what it may be and what it is when it is not set.
import { isIP, isIPv4 } from 'node:net'
import { z } from 'zod'
import type { LogLevel } from '#base/log.ts'

const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug'] as const satisfies readonly LogLevel[]

/** A setting read by `parse`, which gives undefined for what it does not take. `allowed` goes on after "must be". */
function setting<T>(allowed: string, parse: (text: string) => T | undefined) {
  return z.string().transform((text, context) => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `must be ${allowed}` })
    return z.NEVER
  })
}

function wholeNumber(min: number, max: number, usual: number) {
  return setting(`a whole number from ${min} to ${max}`, (text) => parseWhole(text, min, max)).prefault(String(usual))
}

function parseWhole(text: string, min: number, max: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  return value >= min && value <= max ? value : undefined
}

function oneOf<const T extends string>(values: readonly T[], usual: NoInfer<T>) {
  const words = `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`
  return setting(words, (text) => values.find((value) => value === text)).prefault(usual)
}

/** Items with commas or spaces between them; each once. Gives undefined when one of them is wrong. */
function parseList<T>(text: string, parse: (item: string) => T | undefined): readonly T[] | undefined {
  const items = new Set<T>()
  for (const item of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const value = parse(item)
    if (value === undefined) return undefined
    items.add(value)
  }
  return [...items]
}

/** Null stands for "not set". */
function optional(allowed: string, parse: (text: string) => string | undefined) {
  return setting(allowed, parse).nullable().prefault(null)
}

function parseHost(text: string): string | undefined {
  const host = text.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  return host === 'localhost' || isIP(host) !== 0 ? host : undefined
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

/** An address or a range of them, e.g. `10.0.0.0/8`. */
function parseNetwork(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  if (isIP(address) === 0 || rest.length > 0) return undefined
  return prefix === undefined || parseWhole(prefix, 0, bits) !== undefined ? text : undefined
}

function parseEmail(text: string): string | undefined {
  return z.email().safeParse(text).success ? text.toLowerCase() : undefined
}

function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  return url.origin === text.replace(/\/$/, '').toLowerCase() ? url.origin : undefined
}

function parseUrl(text: string, protocols?: readonly string[]): string | undefined {
  const url = URL.parse(text)
  return url !== null && (protocols?.includes(url.protocol) ?? true) ? text : undefined
}

/** What stands for addresses of the storage, where nginx's stand for its own. */
export const signedUrl = 'signed-url'

/** Of nginx the address alone. */
function parseHandOff(text: string): string | undefined {
  return text === signedUrl ? text : /^x-accel:((?:\/[\w.~-]+)+\/)$/.exec(text)?.[1]
}

/** A service's address: there may be a path, and nothing that is secret. */
function parseEndpoint(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined
  return [url.username, url.password, url.search, url.hash].some((part) => part !== '') ? undefined : text
}

const megabyte = 1024 * 1024
/** No limit where none is set. */
function quota(min: number, max: number) {
  return setting(`a whole number from ${min} to ${max}`, (text) => parseWhole(text, min, max))
    .nullable()
    .prefault(null)
}

/** The settings by their names in the environment, each a schema from text. */
export const settings = z.object({
  EASEL_HOST: setting('an IP address or localhost', parseHost).prefault('127.0.0.1'),
  // 0 lets the system choose a free one.
  EASEL_PORT: wholeNumber(0, 65_535, 8080),
  EASEL_DATA: z.string().prefault('./data'),
  EASEL_DATABASE_TEMPLATE: z.string().nullable().prefault(null),
  // Null: local on a loopback address, accounts on any other.
  EASEL_AUTH: oneOf(['local', 'accounts'], 'local').nullable().prefault(null),
  EASEL_PUBLIC_URL: optional('the address that people use, such as https://pictures.example.com', parseOrigin),
  EASEL_CDN_URL: optional('the origin of a CDN, such as https://cdn.example.com', parseOrigin),
  EASEL_HAND_OFF: optional(
    'signed-url, or x-accel: and an internal address of nginx, such as x-accel:/easel-files/',
    parseHandOff,
  ),
  EASEL_GALLERY: oneOf(['off', 'on'], 'off').transform((text) => text === 'on'),
  EASEL_SIGNUP: oneOf(['closed', 'invite', 'open'], 'invite'),
  EASEL_GUESTS: oneOf(['off', 'on'], 'off').transform((text) => text === 'on'),
  EASEL_GUEST_DAYS: wholeNumber(1, 3650, 7),
  EASEL_COMPAT_USER: optional('the e-mail address of an account', parseEmail),
  EASEL_TRUSTED_PROXIES: setting('addresses or ranges such as 10.0.0.0/8, with commas between them', (text) =>
    parseList(text, parseNetwork),
  ).prefault(''),
  EASEL_PRIVATE_ENGINES: oneOf(['everyone', 'admins', 'nobody'], 'everyone').nullable().prefault(null),
  EASEL_BREACHED_PASSWORDS: setting('off, or the address of a service like https://api.pwnedpasswords.com', (text) =>
    text === 'off' ? text : parseUrl(text, ['https:', 'http:']),
  ).prefault('https://api.pwnedpasswords.com'),
  EASEL_OIDC_ISSUER: optional('an address such as https://login.example.com', (text) =>
    parseUrl(text, ['https:', 'http:']),
  ),
  EASEL_OIDC_CLIENT_ID: z.string().nullable().prefault(null),
  EASEL_OIDC_CLIENT_SECRET: z.string().nullable().prefault(null),
  EASEL_OIDC_NAME: z.string().max(40).prefault('Single sign-on'),
  SMTP_URL: optional('an address such as smtps://user:password@mail.example.com', (text) =>
    parseUrl(text, ['smtp:', 'smtps:']),
  ),
  EASEL_MAIL_FROM: optional('an e-mail address', parseEmail),
  EASEL_QUOTA_MB: quota(1, 1_000_000_000),
  EASEL_QUOTA_IMAGES_A_DAY: quota(1, 1_000_000),
  EASEL_QUOTA_AT_ONCE: quota(1, 10_000),
  EASEL_QUOTA_MONEY_A_MONTH: quota(1, 1_000_000),
  EASEL_GUEST_QUOTA_MB: wholeNumber(1, 1_000_000, 200),
  EASEL_GUEST_IMAGES_A_DAY: wholeNumber(1, 100_000, 20),
  EASEL_RATE_SIGN_IN: wholeNumber(1, 100_000, 10),
  EASEL_RATE_GENERATE: wholeNumber(1, 1_000_000, 120),
  EASEL_RATE_UPLOAD: wholeNumber(1, 1_000_000, 600),
  EASEL_RATE_SHARE: wholeNumber(1, 1_000_000, 600),
  EASEL_SECRET: setting('at least 32 characters long', (text) => (text.length >= 32 ? text : undefined))
    .nullable()
    .prefault(null),
  EASEL_LOST_KEY: oneOf(['refuse', 'forget'], 'refuse'),
  EASEL_CORS_ORIGINS: setting('origins such as https://example.com, with commas between them', (text) =>
    parseList(text, parseOrigin),
  ).prefault(''),
  EASEL_EXTRA_PORTS: setting('port numbers from 1 to 65535, with commas between them', (text) =>
    parseList(text, (item) => parseWhole(item, 1, 65_535)),
  ).prefault(''),
  DATABASE_URL: setting('a PostgreSQL address such as postgres://user:password@host:5432/easel', (text) =>
    parseUrl(text, ['postgres:', 'postgresql:']),
  )
    .nullable()
    .prefault(null),
  EASEL_STORAGE: setting('a URL', (text) => parseUrl(text))
    .nullable()
    .prefault(null),
  S3_ENDPOINT: optional('the address of a service, such as https://s3.example.com', parseEndpoint),
  S3_PUBLIC_ENDPOINT: optional('the address of a service, such as https://s3.example.com', parseEndpoint),
  // The usual names, which other programs read too: what is wrong with them the service says.
  AWS_REGION: z.string().nullable().prefault(null),
  AWS_ACCESS_KEY_ID: z.string().nullable().prefault(null),
  AWS_SECRET_ACCESS_KEY: z.string().nullable().prefault(null),
  AWS_SESSION_TOKEN: z.string().nullable().prefault(null),
  EASEL_ROLE: oneOf(['all', 'api', 'worker'], 'all'),
  EASEL_LOG: oneOf(logLevels, 'info'),
  EASEL_TRASH_DAYS: wholeNumber(0, 36_500, 30),
  EASEL_WORKERS: wholeNumber(1, 64, 4),
  EASEL_MIN_FREE_MB: wholeNumber(0, 1_000_000, 200).transform((count) => count * megabyte),
  EASEL_MAX_UPLOAD_MB: wholeNumber(1, 4096, 100).transform((count) => count * megabyte),
})

export type Settings = z.output<typeof settings>

/** Names that our tools set or read and the server does not; they are no typing errors. */
export const toolNames: readonly string[] = [
  'EASEL_CHROMIUM',
  'EASEL_TEST_POSTGRES',
  'EASEL_NEW_SECRET',
  'EASEL_API_KEY',
]

/** Settings whose values are never repeated in a message. */
export const secretNames: ReadonlySet<string> = new Set([
  'EASEL_SECRET',
  'DATABASE_URL',
  'EASEL_STORAGE',
  'S3_ENDPOINT',
  'S3_PUBLIC_ENDPOINT',
  'SMTP_URL',
  'EASEL_OIDC_CLIENT_SECRET',
])
