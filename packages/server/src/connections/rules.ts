// What a connection must be, beyond the shape that the contract demands.
import { EaselError } from '#base/errors.ts'
import type { Manifest } from '#providers/spec/provider.ts'

/** One fault of a request, by the dotted path of its field. */
export interface Fault {
  readonly field: string
  readonly message: string
}

/** @throws EaselError `validation-failed` with all of them, when there are any */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length === 0) return
  const message = faults.map((fault) => `${fault.field.replace('body.', '')} ${fault.message}`).join('; ')
  throw new EaselError('validation-failed', message, { fields: faults })
}

/** An address as it is stored: without slashes at the end. */
export function tidyBaseUrl(baseUrl: string): string {
  return baseUrl.replace(/\/+$/, '')
}

export function baseUrlFaults(manifest: Manifest, baseUrl: string | undefined): readonly Fault[] {
  const fault = (message: string) => [{ field: 'body.baseUrl', message }]
  if (baseUrl === undefined) {
    const needed = manifest.defaultBaseUrl === null && !manifest.builtIn
    return needed ? fault(`is needed: ${manifest.label} has no usual address`) : []
  }
  if (manifest.builtIn && manifest.defaultBaseUrl === null) return fault(`is not used by ${manifest.label}`)
  const url = URL.parse(baseUrl)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return fault('must be an http or https address')
  // It is shown and logged, which a password in it must not be.
  if (url.username !== '' || url.password !== '') return fault('must not contain a user name or a password')
  if (url.search !== '' || url.hash !== '') return fault('must not contain ? or #')
  return []
}

/** @param key what the connection would have: null for none */
export function keyFaults(manifest: Manifest, key: string | null): readonly Fault[] {
  if (key === null && manifest.key === 'required')
    return [{ field: 'body.key', message: `is needed by ${manifest.label}` }]
  if (key !== null && manifest.key === 'none')
    return [{ field: 'body.key', message: `is not used by ${manifest.label}` }]
  return []
}

export function settingsFaults(manifest: Manifest, settings: Readonly<Record<string, unknown>>): readonly Fault[] {
  if (!isStorable(settings))
    return [{ field: 'body.settings', message: 'must be well-formed Unicode without NUL characters' }]
  const parsed = manifest.settings.strict().safeParse(settings)
  return (parsed.error?.issues ?? []).flatMap((issue) => {
    const path = ['body.settings', ...issue.path.map(String)]
    if (issue.code !== 'unrecognized_keys') return [{ field: path.join('.'), message: issue.message }]
    return issue.keys.map((key) => ({
      field: [...path, key].join('.'),
      message: `is not a setting of ${manifest.label}`,
    }))
  })
}

/** PostgreSQL's jsonb takes neither U+0000 nor lone surrogates, in names or in values. */
function isStorable(value: unknown): boolean {
  let sound = true
  const isSound = (text: string) => !text.includes('\u0000') && text.isWellFormed()
  JSON.stringify(value, (key, part: unknown) => {
    if (!isSound(key) || (typeof part === 'string' && !isSound(part))) sound = false
    return part
  })
  return sound
}
