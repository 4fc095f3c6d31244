// What a prompt of the language is made of. The rules are numbered in docs/spec/prompts.md.
import { nameKey } from '#base/name-key.ts'

export type PromptNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'choice'; readonly options: readonly Option[] }
  | { readonly kind: 'reference'; readonly name: string; readonly values: ReadonlyMap<string, PromptTree> }
  | { readonly kind: 'place'; readonly name: string; readonly usual: PromptTree | null }

export type PromptTree = readonly PromptNode[]

export interface Option {
  readonly weight: number
  readonly tree: PromptTree
}

/** A list or a template as prompts name it. */
export type NamedPart =
  | { readonly kind: 'list'; readonly name: string; readonly options: readonly Option[] }
  | { readonly kind: 'template'; readonly name: string; readonly tree: PromptTree }

/** Those that a prompt may name, by {@link nameKey}. */
export type Book = ReadonlyMap<string, NamedPart>

/** What is wrong with a prompt, in words for whoever typed it. The caller knows the field. */
export class PromptFault extends Error {
  override readonly name = 'PromptFault'
}

/** How far things may stand inside each other: groups in groups, lists that name lists. */
export const deepest = 20
/** As long as a prompt may be, typed or resolved, in UTF-16 units. */
export const longestPrompt = 32_000
/** Larger weights say nothing more, and their sum has to stay exact enough. */
export const heaviest = 1_000_000

/** Whether it is nothing but this text, as it was typed. */
export const isPlain = (tree: PromptTree, typed: string): boolean =>
  tree.every(({ kind }) => kind === 'text') &&
  tree.map((node) => (node.kind === 'text' ? node.text : '')).join('') === typed

/** @throws PromptFault when there is none of that name */
export function partOf(book: Book, name: string): NamedPart {
  const part = book.get(nameKey(name))
  if (part !== undefined) return part
  throw new PromptFault(`There is no list or template “${name}”. Type \\__${name}__ for these letters themselves.`)
}
