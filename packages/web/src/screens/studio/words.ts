import type { GenerationFailure } from '@easel/contract'

const failures: Record<GenerationFailure['kind'], string> = {
  auth: 'The engine refused the key',
  quota: 'The account at the engine is used up',
  'rate-limited': 'The engine wants a pause',
  'content-rejected': 'The engine declined this prompt',
  'bad-request': 'The engine did not accept the request',
  'not-found': 'The engine does not know this model',
  unavailable: 'The engine could not be reached',
  timeout: 'The engine took too long',
  'malformed-response': 'The engine sent something unreadable',
  unsupported: 'This engine cannot do that',
  interrupted: 'The work was interrupted',
  internal: 'Something went wrong',
}

/** A short title for a failure. */
export function failureTitle({ kind, engineStatus }: Pick<GenerationFailure, 'kind' | 'engineStatus'>): string {
  // It was reached: it answered that it cannot.
  if (kind === 'unavailable' && engineStatus !== null) return 'The engine failed'
  return failures[kind]
}

/** `next in line`, `3rd in line`. */
export function placeWords(place: number | null): string {
  if (place === null) return 'Waiting'
  if (place <= 1) return 'Next in line'
  const rules = new Intl.PluralRules('en', { type: 'ordinal' }).select(place)
  const ending = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }[rules]
  return `${place}${ending} in line`
}
