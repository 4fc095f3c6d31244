/** One field of a form made from a JSON Schema. */
export interface SchemaField {
  readonly name: string
  readonly label: string
  readonly help: string | null
  readonly kind: 'text' | 'secret' | 'number' | 'switch' | 'choice'
  readonly choices: readonly string[]
  readonly initial: unknown
  readonly required: boolean
  readonly min: number | null
  readonly max: number | null
  readonly whole: boolean
}

type Loose = Readonly<Record<string, unknown>>

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `maxTokens` and `max_tokens` become `Max tokens`. */
function labelFrom(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** The one type that counts: of `anyOf: [string, null]` the string. */
function plain(schema: Loose): Loose {
  const variants = [schema['anyOf'], schema['oneOf']].find(Array.isArray)
  if (!variants) return schema
  const real = variants.filter(isRecord).filter((variant) => variant['type'] !== 'null')
  const constants = real.map((variant) => variant['const']).filter((value) => value !== undefined)
  if (constants.length === real.length && real.length > 0) return { ...schema, enum: constants }
  return real[0] ? { ...real[0], ...schema, type: real[0]['type'] } : schema
}

function kindOf(schema: Loose): SchemaField['kind'] | null {
  if (Array.isArray(schema['enum'])) return 'choice'
  const type = Array.isArray(schema['type']) ? schema['type'].find((one) => one !== 'null') : schema['type']
  switch (type) {
    case 'string':
      return schema['format'] === 'password' || schema['writeOnly'] === true ? 'secret' : 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'switch'
    default:
      return null
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function bound(value: unknown): number | null {
  return typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : null
}

function fieldOf(name: string, raw: Loose, required: boolean): SchemaField | null {
  const schema = plain(raw)
  const kind = kindOf(schema)
  if (kind === null) return null
  return {
    name,
    kind,
    label: text(schema['title']) ?? labelFrom(name),
    help: text(schema['description']),
    choices: Array.isArray(schema['enum']) ? schema['enum'].filter((one) => one !== null).map(String) : [],
    initial: schema['default'],
    required: required && schema['default'] === undefined,
    min: bound(schema['minimum']),
    max: bound(schema['maximum']),
    whole: schema['type'] === 'integer',
  }
}

/** The fields of an object schema that a plain form can show; nested objects and lists are left out. */
export function fieldsOf(schema: Loose): SchemaField[] {
  const properties = schema['properties']
  if (!isRecord(properties)) return []
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return Object.entries(properties).flatMap(([name, value]) => {
    const field = isRecord(value) ? fieldOf(name, value, required.includes(name)) : null
    return field ? [field] : []
  })
}
