// A list, template or style as it is kept, read.
import type { PromptPartKind } from '@easel/contract'
import { nameKey } from '#base/name-key.ts'
import { placesIn } from './language/names.ts'
import { parseList, parseTemplate, partName } from './language/parse.ts'
import { promptPlace } from './language/resolve.ts'
import { PromptFault, type Option, type PromptTree } from './language/tree.ts'

export interface KeptPart {
  readonly kind: PromptPartKind
  readonly name: string
  readonly text: string
}

export type ReadPart =
  | { readonly kind: 'list'; readonly name: string; readonly options: readonly Option[] }
  | { readonly kind: 'template' | 'style'; readonly name: string; readonly tree: PromptTree }

const longestText = { list: 200_000, template: 8000, style: 8000 }

/** @throws PromptFault naming it */
export function readPart({ kind, name, text }: KeptPart): ReadPart {
  try {
    return kind === 'list' ? { kind, name, options: parseList(text) } : { kind, name, tree: parseTemplate(text) }
  } catch (error) {
    if (!(error instanceof PromptFault)) throw error
    throw new PromptFault(`In “${name}”: ${error.message}`, { cause: error })
  }
}

export interface PartFault {
  readonly field: 'name' | 'text' | 'negativePrompt'
  readonly message: string
}

function faultInText({ kind, text, name }: KeptPart): string | null {
  if (text.length > longestText[kind]) return `must not be longer than ${longestText[kind]} characters`
  try {
    const part = readPart({ kind, name, text })
    if (part.kind !== 'style') return null
    const other = placesIn(part.tree).find((place) => place.usual === null && nameKey(place.name) !== promptPlace)
    return other === undefined ? null : `A style has a place for the {prompt} alone, and not for {${other.name}}.`
  } catch (error) {
    if (error instanceof PromptFault) return error.message
    throw error
  }
}

/** What is wrong with one that is to be kept, or null. What it names may come later. */
export function partFault(part: KeptPart & { readonly negativePrompt: string | null }): PartFault | null {
  if (part.kind !== 'style' && !partName.test(part.name)) {
    const message = 'must be letters, digits, -, / and single _, beginning with a letter or digit'
    return { field: 'name', message }
  }
  if (part.kind !== 'style' && part.negativePrompt !== null) {
    return { field: 'negativePrompt', message: 'Only a style has one.' }
  }
  const message = faultInText(part)
  return message === null ? null : { field: 'text', message }
}

/** How many lines of a list say something. @throws PromptFault */
export function linesOf(part: KeptPart): number {
  if (part.kind !== 'list') return 0
  const read = readPart(part)
  return read.kind === 'list' ? read.options.length : 0
}

/** What is wrong with one that comes from elsewhere, or how many lines it has. */
export function readPromptPart(
  part: KeptPart & { readonly negativePrompt: string | null },
): { readonly fault: string } | { readonly lines: number } {
  const fault = partFault(part)
  return fault === null ? { lines: linesOf(part) } : { fault: `${fault.field}: ${fault.message}` }
}
