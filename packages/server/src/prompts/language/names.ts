// What a prompt names, and what can go wrong with it whatever the seed.
import { nameKey } from '#base/name-key.ts'
import { deepest, partOf, PromptFault, type Book, type NamedPart, type PromptNode, type PromptTree } from './tree.ts'

/** Every node of a tree, those inside others too. */
function nodesOf(tree: PromptTree): readonly PromptNode[] {
  return tree.flatMap((node) => {
    if (node.kind === 'choice') return [node, ...node.options.flatMap((option) => nodesOf(option.tree))]
    if (node.kind === 'reference') return [node, ...[...node.values.values()].flatMap(nodesOf)]
    if (node.kind === 'place' && node.usual !== null) return [node, ...nodesOf(node.usual)]
    return [node]
  })
}

/** The names that a tree itself uses. */
export const referencesIn = (tree: PromptTree): readonly Extract<PromptNode, { kind: 'reference' }>[] =>
  nodesOf(tree).filter((node) => node.kind === 'reference')

/** The trees of a list or a template. */
export const treesOf = (part: NamedPart): readonly PromptTree[] =>
  part.kind === 'list' ? part.options.map(({ tree }) => tree) : [part.tree]

export interface Place {
  readonly name: string
  /** What stands there without a value, as the first of this name that says it; null: a value is needed. */
  readonly usual: PromptTree | null
}

/** The places of a template, in their order, each once. */
export function placesIn(tree: PromptTree): readonly Place[] {
  const found = new Map<string, Place>()
  for (const node of nodesOf(tree)) {
    if (node.kind !== 'place') continue
    const known = found.get(nameKey(node.name))
    found.set(nameKey(node.name), { name: known?.name ?? node.name, usual: known?.usual ?? node.usual })
  }
  return [...found.values()]
}

/**
 * Finds what can go wrong with any seed: names of nothing, circles, values for places that are not there, places without a value.
 * @throws PromptFault
 */
export function checkNames(trees: readonly PromptTree[], book: Book): void {
  /** How many stand below each other from here on, of those that are sound. */
  const heights = new Map<string, number>()
  const visit = (part: NamedPart, above: readonly string[]): number => {
    const key = nameKey(part.name)
    if (above.includes(key)) throw new PromptFault(`“${part.name}” names itself: ${[...above, key].join(' → ')}.`)
    const known = heights.get(key)
    if (above.length + (known ?? 1) > deepest) {
      throw new PromptFault(`Lists and templates name each other more than ${deepest} deep.`)
    }
    if (known !== undefined) return known
    const height = 1 + Math.max(0, ...treesOf(part).flatMap((tree) => below(tree, [...above, key])))
    heights.set(key, height)
    return height
  }
  const below = (tree: PromptTree, above: readonly string[]): number[] =>
    referencesIn(tree).map(({ name, values }) => {
      const part = partOf(book, name)
      checkValues(part, values)
      return visit(part, above)
    })
  for (const tree of trees) below(tree, [])
}

function checkValues(part: NamedPart, values: ReadonlyMap<string, PromptTree>): void {
  const places = part.kind === 'list' ? [] : placesIn(part.tree)
  const known = new Set(places.map(({ name }) => nameKey(name)))
  const extra = [...values.keys()].find((name) => !known.has(name))
  if (extra !== undefined) throw new PromptFault(`“${part.name}” has no place “${extra}”.`)
  const missing = places.find(({ name, usual }) => usual === null && !values.has(nameKey(name)))
  if (missing !== undefined) {
    throw new PromptFault(`“${part.name}” needs a value: __${part.name}(${missing.name}=…)__.`)
  }
}
