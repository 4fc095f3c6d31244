import type { Json } from '#base/json.ts'

/** Text of an engine as PostgreSQL can hold it: without NUL characters and without halves of characters. */
export function storableText(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed()
}

/** The same for every text inside, names of fields among them. */
export function storableJson(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map(storableJson)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]))
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value)
