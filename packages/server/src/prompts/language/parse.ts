// From text to tree, in one pass from left to right. Rules PL1 … in docs/spec/prompts.md.
import { nameKey } from '#base/name-key.ts'
import { deepest, heaviest, PromptFault, type Option, type PromptNode, type PromptTree } from './tree.ts'

/** What a list, a template or a style may be called. */
const nameWords = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}/-]|_(?!_)){0,59}`
export const partName = new RegExp(`^(?:${nameWords})(?<!_)$`, 'u')

const reference = new RegExp(String.raw`__(${nameWords})(?:__|\()`, 'uy')
const argument = /\s*([\p{L}_][\p{L}\p{N}_-]{0,39})\s*=/uy
const place = /\{([\p{L}_][\p{L}\p{N}_-]{0,39})(\}|=)/uy
const weight = /\s*(\d{1,12}(?:\.\d{1,12})?|\.\d{1,12})::/y
/** What engines take for themselves, such as `<lora:style__v2:0.8>`. */
const engineTag = /<[A-Za-z]\w{0,30}:[^<>{}|\n]{1,300}>/y
const wordBefore = /[\p{L}\p{N}_]$/u
const blankRun = /^\s*$/

interface Reading {
  readonly text: string
  readonly places: boolean
  at: number
  depth: number
  /** Where the last name ended: another one may begin right there. */
  named: number
}

/** What ends a sequence that stands inside something. */
type Inside = 'nothing' | 'group' | 'arguments'

function matchAt(pattern: RegExp, { text, at }: Reading): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const startsAny = (text: string, at: number): string | null =>
  ['{', '}', '|', '__', '::'].find((sign) => text.startsWith(sign, at)) ?? null

/** Backslashes before a sign of the language: each two are one, and an odd one makes the sign a letter. */
function readBackslashes(reading: Reading): string {
  const { text, at } = reading
  let end = at
  while (text[end] === '\\') end += 1
  const count = end - at
  const sign = startsAny(text, end)
  if (sign === null) {
    reading.at = end
    return text.slice(at, end)
  }
  const literal = count % 2 === 1 ? sign : ''
  reading.at = end + literal.length
  return '\\'.repeat(Math.floor(count / 2)) + literal
}

function ends(reading: Reading, inside: Inside): boolean {
  const { text, at } = reading
  if (inside === 'nothing') return false
  if (text[at] === '|') return true
  return inside === 'group' ? text[at] === '}' : text.startsWith(')__', at)
}

/** Whether a name may begin here: `my__own__file` names nothing. */
function mayBegin({ text, at, named }: Reading): boolean {
  return at === named || !wordBefore.test(text.slice(Math.max(0, at - 2), at))
}

function readSequence(reading: Reading, inside: Inside): PromptTree {
  const nodes: PromptNode[] = []
  let letters = ''
  const flush = () => {
    if (letters !== '') nodes.push({ kind: 'text', text: letters })
    letters = ''
  }
  while (reading.at < reading.text.length && !ends(reading, inside)) {
    const sign = reading.text[reading.at]
    if (sign === '\\') {
      letters += readBackslashes(reading)
      continue
    }
    const found = sign === '{' ? readBraces(reading) : sign === '_' ? readReference(reading) : null
    if (found !== null) {
      for (const node of found) {
        if (node.kind === 'text') letters += node.text
        else {
          flush()
          nodes.push(node)
        }
      }
      continue
    }
    const tag = sign === '<' ? matchAt(engineTag, reading) : null
    const step = tag === null ? 1 : tag[0].length
    letters += reading.text.slice(reading.at, reading.at + step)
    reading.at += step
  }
  flush()
  return nodes
}

function deeper<T>(reading: Reading, read: () => T): T {
  reading.depth += 1
  if (reading.depth > deepest) throw new PromptFault(`Groups stand in each other more than ${deepest} deep.`)
  const result = read()
  reading.depth -= 1
  return result
}

function weightAt(reading: Reading): number | null {
  const found = matchAt(weight, reading)
  if (found === null) return null
  const value = Number(found[1])
  if (value > heaviest) throw new PromptFault(`The weight ${found[1] ?? ''} is over ${heaviest}.`)
  reading.at += found[0].length
  return value
}

/** Braces: a choice where there is a bar or a weight in them, a place in templates, else just braces. */
function readBraces(reading: Reading): PromptTree {
  const asPlace = reading.places ? matchAt(place, reading) : null
  if (asPlace !== null) return readPlace(reading, asPlace)
  const start = reading.at
  const { options, weighted } = deeper(reading, () => readOptions(reading, start))
  const [only] = options
  if (options.length === 1 && only !== undefined && !weighted) {
    return [{ kind: 'text', text: '{' }, ...only.tree, { kind: 'text', text: '}' }]
  }
  return [{ kind: 'choice', options }]
}

function readOptions(reading: Reading, start: number): { options: Option[]; weighted: boolean } {
  const options: Option[] = []
  let weighted = false
  do {
    reading.at += 1
    const given = weightAt(reading)
    weighted ||= given !== null
    options.push({ weight: given ?? 1, tree: readSequence(reading, 'group') })
  } while (reading.text[reading.at] === '|')
  if (reading.text[reading.at] !== '}') {
    throw new PromptFault(`The brace at character ${start + 1} is not closed. Type \\{ for a brace itself.`)
  }
  reading.at += 1
  checkWeights(options, `The choice at character ${start + 1}`)
  return { options, weighted }
}

function checkWeights(options: readonly Option[], what: string): void {
  if (options.every(({ weight: given }) => given === 0)) {
    throw new PromptFault(`${what} has nothing with a weight above 0.`)
  }
}

function readPlace(reading: Reading, [whole, name = '', end]: RegExpExecArray): PromptTree {
  if (end === '}') {
    reading.at += whole.length
    return [{ kind: 'place', name, usual: null }]
  }
  const start = reading.at
  // The sign before the first option is that of equality.
  reading.at += whole.length - 1
  const { options, weighted } = deeper(reading, () => readOptions(reading, start))
  const [only] = options
  const usual: PromptTree =
    options.length === 1 && only !== undefined && !weighted ? only.tree : [{ kind: 'choice', options }]
  return [{ kind: 'place', name, usual }]
}

/** `__name__` or `__name(place=value|place=value)__`; null: just underscores. */
function readReference(reading: Reading): PromptTree | null {
  const found = mayBegin(reading) ? matchAt(reference, reading) : null
  const name = found?.[1]
  if (found === null || name === undefined) return null
  const start = reading.at
  reading.at += found[0].length
  const values = found[0].endsWith('(')
    ? deeper(reading, () => readArguments(reading, { name, start }))
    : new Map<string, PromptTree>()
  reading.named = reading.at
  return [{ kind: 'reference', name, values }]
}

function readArguments(reading: Reading, { name, start }: { readonly name: string; readonly start: number }) {
  const values = new Map<string, PromptTree>()
  reading.at -= 1
  do {
    reading.at += 1
    const found = matchAt(argument, reading)
    if (found === null) {
      const nothing = /\s*\)__/y
      if (values.size === 0 && matchAt(nothing, reading) !== null) {
        readSequence(reading, 'arguments')
        break
      }
      throw new PromptFault(
        `What is in the brackets of __${name}( at character ${start + 1} must look like place=value.`,
      )
    }
    reading.at += found[0].length
    const key = nameKey(found[1] ?? '')
    if (values.has(key)) throw new PromptFault(`__${name}(…)__ is given “${found[1] ?? ''}” twice.`)
    values.set(key, readSequence(reading, 'arguments'))
  } while (reading.text[reading.at] === '|')
  if (!reading.text.startsWith(')__', reading.at)) {
    throw new PromptFault(`__${name}( at character ${start + 1} is not closed by )__.`)
  }
  reading.at += 3
  return values
}

const open = (text: string, places: boolean): Reading => ({ text, places, at: 0, depth: 0, named: 0 })

/**
 * Reads what somebody typed.
 * @returns its tree; text alone where nothing of the language is in it, and then joined it is what was typed
 * @throws PromptFault
 */
export const parsePrompt = (text: string): PromptTree => readSequence(open(text, false), 'nothing')

/** The same of a template or a style, where `{name}` and `{name=usual}` are places. @throws PromptFault */
export const parseTemplate = (text: string): PromptTree => readSequence(open(text, true), 'nothing')

/**
 * Reads a list: an option a line, weights in front; empty lines and those that begin with # say nothing.
 * @throws PromptFault
 */
export function parseList(text: string): readonly Option[] {
  const options: Option[] = []
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const line = whole.trim()
    if (blankRun.test(line) || line.startsWith('#')) continue
    try {
      const reading = open(line, false)
      const given = weightAt(reading)
      options.push({ weight: given ?? 1, tree: readSequence(reading, 'nothing') })
    } catch (error) {
      if (!(error instanceof PromptFault)) throw error
      throw new PromptFault(`Line ${index + 1}: ${error.message}`)
    }
  }
  if (options.length === 0) throw new PromptFault('The list has no line that says anything.')
  checkWeights(options, 'The list')
  return options
}
