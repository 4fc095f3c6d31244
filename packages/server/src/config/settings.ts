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

function parseLoopback(text: string): string | undefined {
  const host = text.replace(/^\[(.*)\]$/, '$1').toLowerCase()
  if (host === 'localhost') return host
  if (isIP(host) === 0) return undefined
  return host === '::1' || (isIPv4(host) && host.startsWith('127.')) ? host : undefined
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

const megabyte = 1024 * 1024
const noAccounts = 'accounts are not in this version yet'

/** The settings by their names in the environment, each a schema from text. */
export const settings = z.object({
  EASEL_HOST: setting(
    `a loopback address (127.0.0.1, ::1 or localhost); any other address needs accounts, and ${noAccounts}`,
    parseLoopback,
  ).prefault('127.0.0.1'),
  // 0 lets the system choose a free one.
  EASEL_PORT: wholeNumber(0, 65_535, 8080),
  EASEL_DATA: z.string().prefault('./data'),
  EASEL_DATABASE_TEMPLATE: z.string().nullable().prefault(null),
  EASEL_AUTH: setting(`local; ${noAccounts}`, (text) => (text === 'local' ? text : undefined)).prefault('local'),
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
  EASEL_ROLE: oneOf(['all', 'api', 'worker'], 'all'),
  EASEL_LOG: oneOf(logLevels, 'info'),
  EASEL_TRASH_DAYS: wholeNumber(0, 36_500, 30),
  EASEL_WORKERS: wholeNumber(1, 64, 4),
  EASEL_MIN_FREE_MB: wholeNumber(0, 1_000_000, 200).transform((count) => count * megabyte),
  EASEL_MAX_UPLOAD_MB: wholeNumber(1, 4096, 100).transform((count) => count * megabyte),
})

export type Settings = z.output<typeof settings>

/** Names that our tools set or read and the server does not; they are no typing errors. */
export const toolNames: readonly string[] = ['EASEL_CHROMIUM', 'EASEL_TEST_POSTGRES']

/** Settings whose values are never repeated in a message. */
export const secretNames: ReadonlySet<string> = new Set(['EASEL_SECRET', 'DATABASE_URL', 'EASEL_STORAGE'])
