// A prompt with everything of its user's that it names, read and checked before any work begins.
import { randomInt } from 'node:crypto'
import type { PromptPreview, PromptPreviewRequest } from '@easel/contract'
import { nameKey } from '#base/name-key.ts'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { checkNames, referencesIn, treesOf } from './language/names.ts'
import { parsePrompt } from './language/parse.ts'
import { resolvePrompt } from './language/resolve.ts'
import { deepest, isPlain, PromptFault, type Book, type NamedPart, type PromptTree } from './language/tree.ts'
import { readPart, type ReadPart } from './read-part.ts'

export interface Typed {
  readonly text: string
  /** Where it stands in the request, such as `body.prompt`. */
  readonly field: string
  /** False: it is just letters. */
  readonly language: boolean
  readonly styles: readonly string[]
}

export interface Prepared {
  readonly leftOut: readonly string[]
  /** @throws EaselError `validation-failed` */
  resolve(seed: number): string
}

/** Characters of lists and templates that one prompt may lead to. */
const mostToRead = 1_000_000
const seedLimit = 2 ** 48 - 1

function refuse(field: string, message: string): never {
  throw new EaselError('validation-failed', message, { fields: [{ field, message }] })
}

/** Says of what a fault in a prompt is. */
function naming<T>(field: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof PromptFault) refuse(field, error.message)
    throw error
  }
}

interface Style {
  readonly tree: PromptTree
  readonly negativePrompt: string | null
}

async function readStyles(db: Db, userId: string, names: readonly string[]): Promise<readonly Style[]> {
  if (names.length === 0) return []
  const keys = names.map(nameKey)
  const rows = await db
    .selectFrom('prompt_parts')
    .where('user_id', '=', userId)
    .where('kind', '=', 'style')
    .where('name_key', 'in', keys)
    .select(['kind', 'name', 'text', 'negative_prompt'])
    .execute()
  const found = new Map(rows.map((row) => [nameKey(row.name), row]))
  return keys.map((key, index) => {
    const row = found.get(key)
    if (row === undefined) refuse('body.styles', `There is no style “${names[index] ?? ''}”.`)
    const part = naming('body.styles', () => readPart(row))
    return { tree: part.kind === 'style' ? part.tree : [], negativePrompt: row.negative_prompt }
  })
}

const namesOf = (trees: readonly PromptTree[]): string[] =>
  trees.flatMap((tree) => referencesIn(tree).map(({ name }) => nameKey(name)))

/** Every list and template that these lead to. @throws PromptFault */
async function readBook(db: Db, userId: string, trees: readonly PromptTree[]): Promise<Book> {
  const book = new Map<string, NamedPart>()
  const asked = new Set<string>()
  let length = 0
  let wanted = [...new Set(namesOf(trees))]
  for (let level = 0; wanted.length > 0; level++) {
    if (level > deepest) throw new PromptFault(`Lists and templates name each other more than ${deepest} deep.`)
    for (const name of wanted) asked.add(name)
    const rows = await db
      .selectFrom('prompt_parts')
      .where('user_id', '=', userId)
      .where('kind', 'in', ['list', 'template'])
      .where('name_key', 'in', wanted)
      .select(['kind', 'name', 'text'])
      .execute()
    length += rows.reduce((sum, { text }) => sum + text.length, 0)
    if (length > mostToRead) throw new PromptFault(`What it names is longer than ${mostToRead} characters together.`)
    const parts = rows.map((row) => namedPart(readPart(row)))
    for (const part of parts) book.set(nameKey(part.name), part)
    wanted = [...new Set(namesOf(parts.flatMap(treesOf)))].filter((name) => !asked.has(name))
  }
  return book
}

const namedPart = (part: ReadPart): NamedPart => (part.kind === 'list' ? part : { ...part, kind: 'template' })

async function check(db: Db, userId: string, trees: { readonly field: string; readonly trees: readonly PromptTree[] }) {
  try {
    const book = await readBook(db, userId, trees.trees)
    checkNames(trees.trees, book)
    return book
  } catch (error) {
    if (error instanceof PromptFault) refuse(trees.field, error.message)
    throw error
  }
}

/**
 * Reads a prompt and everything of the user's that it names.
 * @returns null where it is drawn as it was typed
 * @throws EaselError `validation-failed`, naming the field
 */
export async function preparePrompt(db: Db, userId: string, typed: Typed): Promise<Prepared | null> {
  const { text, field, language } = typed
  const tree: PromptTree = language ? naming(field, () => parsePrompt(text)) : [{ kind: 'text', text }]
  if (typed.styles.length === 0 && isPlain(tree, text)) return null
  const styles = await readStyles(db, userId, typed.styles)
  const trees = styles.map((style) => style.tree)
  const own = await check(db, userId, { field, trees: [tree] })
  const theirs = await check(db, userId, { field: 'body.styles', trees })
  const book: Book = new Map([...own, ...theirs])
  return {
    leftOut: styles.flatMap(({ negativePrompt }) => (negativePrompt === null ? [] : [negativePrompt])),
    resolve: (seed) =>
      naming(field, () => {
        const resolved = resolvePrompt({ tree, styles: trees }, { book, seed })
        if (resolved.trim() === '') throw new PromptFault('Resolved it is empty.')
        return resolved
      }),
  }
}

/** What a prompt becomes. Keeps nothing. @throws EaselError `validation-failed` */
export async function previewPrompt(
  db: Db,
  userId: string,
  { prompt, styles = [], seed = randomInt(seedLimit), n = 3 }: PromptPreviewRequest,
): Promise<PromptPreview> {
  const prepared = await preparePrompt(db, userId, { text: prompt, field: 'body.prompt', language: true, styles })
  const seedOf = (index: number) => Number((BigInt(seed) + BigInt(index)) % 2n ** 53n)
  const prompts = Array.from({ length: n }, (_, index) => prepared?.resolve(seedOf(index)) ?? prompt)
  const leftOut = prepared?.leftOut ?? []
  return { varies: prepared !== null, seed, prompts, negativePrompt: leftOut.length === 0 ? null : leftOut.join(', ') }
}
