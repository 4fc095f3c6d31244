// From tree to text. The same tree, book and seed are the same text for ever.
import { nameKey } from '#base/name-key.ts'
import {
  longestPrompt,
  partOf,
  PromptFault,
  type Book,
  type NamedPart,
  type Option,
  type PromptNode,
  type PromptTree,
} from './tree.ts'
import { placesIn } from './names.ts'
import { randomFrom } from './random.ts'

/** Nodes that one prompt may come through; lists that name each other a hundredfold would never end. */
const mostSteps = 20_000

export interface Wrapped {
  readonly tree: PromptTree
  /** What the prompt becomes part of, one after the other. */
  readonly styles: readonly PromptTree[]
}

interface Running {
  readonly book: Book
  readonly random: () => number
  steps: number
}

/** A template that is being written, and what its places are filled with. */
interface Frame {
  readonly tree: PromptTree
  readonly values: Map<string, string>
}

const frameOf = (tree: PromptTree, values: Frame['values'] = new Map()): Frame => ({ tree, values })

function pick(options: readonly Option[], random: () => number): PromptTree {
  const total = options.reduce((sum, { weight }) => sum + weight, 0)
  const wanted = random() * total
  let passed = 0
  for (const { weight, tree } of options) {
    passed += weight
    if (wanted < passed) return tree
  }
  // Sums of fractions may end a hair below their total.
  return options.findLast(({ weight }) => weight > 0)?.tree ?? []
}

function write(running: Running, tree: PromptTree, frame: Frame): string {
  let text = ''
  for (const node of tree) {
    running.steps += 1
    if (running.steps > mostSteps) throw new PromptFault(`Resolving it takes more than ${mostSteps} steps.`)
    text += writeNode(running, node, frame)
    if (text.length > longestPrompt) throw new PromptFault(`Resolved it is longer than ${longestPrompt} characters.`)
  }
  return text
}

function writeNode(running: Running, node: PromptNode, frame: Frame): string {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'choice':
      return write(running, pick(node.options, running.random), frame)
    case 'reference':
      return writePart(running, partOf(running.book, node.name), { given: node.values, frame })
    case 'place':
      return fill(running, node.name, frame)
  }
}

/** Written once and then the same at every place of that name. */
function fill(running: Running, name: string, frame: Frame): string {
  const key = nameKey(name)
  const known = frame.values.get(key)
  if (known !== undefined) return known
  const usual = placesIn(frame.tree).find((place) => nameKey(place.name) === key)?.usual ?? null
  if (usual === null) throw new PromptFault(`The place {${name}} has no value.`)
  // What names itself there is nothing.
  frame.values.set(key, '')
  const text = write(running, usual, frame)
  frame.values.set(key, text)
  return text
}

interface Called {
  readonly given: ReadonlyMap<string, PromptTree>
  /** Where the values were typed. */
  readonly frame: Frame
}

function writePart(running: Running, part: NamedPart, { given, frame }: Called): string {
  if (part.kind === 'list') return writeWhole(running, pick(part.options, running.random))
  const own = frameOf(part.tree)
  for (const [name, tree] of given) own.values.set(name, write(running, tree, frame))
  return write(running, part.tree, own)
}

const writeWhole = (running: Running, tree: PromptTree): string => write(running, tree, frameOf(tree))

/** Where a style has its prompt. */
export const promptPlace = 'prompt'

/**
 * The text that a seed makes of a prompt. A style that has no place for the prompt stands behind it.
 * @param seed 0 … 2⁵³−1
 * @throws PromptFault
 */
export function resolvePrompt({ tree, styles }: Wrapped, { book, seed }: { book: Book; seed: number }): string {
  const running: Running = { book, random: randomFrom(seed), steps: 0 }
  let text = writeWhole(running, tree)
  for (const style of styles) {
    const styled = write(running, style, frameOf(style, new Map([[promptPlace, text]])))
    text = placesIn(style).some(({ name }) => nameKey(name) === promptPlace) ? styled : `${text}, ${styled}`
  }
  if (text.length > longestPrompt) throw new PromptFault(`Resolved it is longer than ${longestPrompt} characters.`)
  return text
}
