// What an export says beside its pictures goes back: tags, generations, lineage. Rules TR50 … in docs/spec/transfer.md.
import { ExportedGeneration, Tag, type LineageLink, type RecordOutcome } from '@easel/contract'
import { linesOf } from './lines.ts'
import type { Kind, Reporting } from './report.ts'
import type { EaselServer } from './server.ts'
import type { SourceFile } from './source.ts'

/** One run of `easel import`. */
export interface Run {
  readonly server: EaselServer
  readonly report: Reporting
  /** Ids that are others here than in the export; all the rest stayed the same. */
  readonly ids: Readonly<Record<Renamed, Map<string, string>>>
}

/** What may have another id here. */
type Renamed = LineageLink['kind'] | 'album'

export interface Entry<T> {
  /** For the report. */
  readonly name: string
  readonly value: T
}

/** What a server takes at a time. */
const most = { tags: 500, generations: 100, links: 200 }
/** Of a body of 2 MB there is room for its frame. */
const maxLineBytes = 1_900_000
const maxBatchBytes = 1_000_000

/** The id here of what has this one in the export. */
export const here = ({ ids }: Run, kind: Renamed, id: string): string => ids[kind].get(id) ?? id

/** Remembers where something is. */
export function note({ ids }: Run, kind: Renamed, found: { readonly id: string; readonly here: string }): void {
  if (found.id === found.here) ids[kind].delete(found.id)
  else ids[kind].set(found.id, found.here)
}

interface Sending<T> {
  readonly send: (values: readonly T[]) => Promise<readonly RecordOutcome[] | string>
  readonly onRefused: (entry: Entry<T>, why: string) => void
  readonly onOutcome: (entry: Entry<T>, outcome: RecordOutcome) => void
}

/** Sends entries together; where they are refused together, the ones at fault are found by halves. */
export async function sendAll<T>(entries: readonly Entry<T>[], sending: Sending<T>): Promise<void> {
  if (entries.length === 0) return
  const outcomes = await sending.send(entries.map(({ value }) => value))
  if (typeof outcomes === 'string') {
    const [first] = entries
    if (entries.length === 1 && first !== undefined) {
      sending.onRefused(first, outcomes)
      return
    }
    const middle = Math.ceil(entries.length / 2)
    await sendAll(entries.slice(0, middle), sending)
    await sendAll(entries.slice(middle), sending)
    return
  }
  for (const [at, entry] of entries.entries()) {
    const outcome = outcomes[at]
    if (outcome === undefined || outcome.outcome === 'refused') {
      sending.onRefused(entry, outcome?.why ?? 'The server did not say what became of it.')
    } else sending.onOutcome(entry, outcome)
  }
}

/** Counts what became of records of a kind. */
export function counting<T>({ report }: Run, kind: Kind): Omit<Sending<T>, 'send'> {
  return {
    onRefused: ({ name }, why) => report.refuse(kind, { name, why }),
    onOutcome: (_entry, { outcome }) => report.count(kind, outcome === 'taken' ? 'taken' : 'there'),
  }
}

interface Parser<T> {
  safeParse(value: unknown): {
    success: boolean
    data?: T
    error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }
  }
}

function parseLine<T>(text: string | null, schema: Parser<T>): { readonly value: T } | string {
  if (text === null) return `It is longer than ${maxLineBytes} bytes.`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'It is no JSON.'
  }
  const { data, error } = schema.safeParse(value)
  if (data !== undefined) return { value: data }
  const [issue] = error?.issues ?? []
  return `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'It is no such record.'}`
}

interface Batches<T> {
  readonly schema: Parser<T>
  readonly most: number
  readonly onWrong: (name: string, why: string) => void
}

/** The records in a file of lines, as many together as a server takes. */
export async function* batchesOf<T>(file: SourceFile, { schema, most: count, onWrong }: Batches<T>) {
  let batch: Entry<T>[] = []
  let bytes = 0
  for await (const { number, text } of linesOf(file, maxLineBytes)) {
    const name = `${file.name}, line ${number}`
    const parsed = parseLine(text, schema)
    if (typeof parsed === 'string') {
      onWrong(name, parsed)
      continue
    }
    const size = Buffer.byteLength(text ?? '')
    if (batch.length >= count || (batch.length > 0 && bytes + size > maxBatchBytes)) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push({ name, value: parsed.value })
    bytes += size
  }
  if (batch.length > 0) yield batch
}

export async function bringTags(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('tags', { name, why })
  for await (const batch of batchesOf(file, { schema: Tag, most: most.tags, onWrong })) {
    await sendAll(batch, {
      ...counting(run, 'tags'),
      send: async (tags) => {
        const answer = await run.server.takeBack({ tags: [...tags] })
        return typeof answer === 'string' ? answer : answer.tags
      },
    })
  }
}

/** The same with the ids that pictures have here. */
export function withPicturesHere<T extends Readonly<Record<string, unknown>>>(run: Run, fields: T): T {
  const { sources, mask } = fields
  const idOf = (id: unknown) => (typeof id === 'string' ? here(run, 'picture', id) : id)
  return {
    ...fields,
    ...(Array.isArray(sources) ? { sources: sources.map(idOf) } : {}),
    ...(typeof mask === 'string' ? { mask: idOf(mask) } : {}),
  }
}

export async function bringGenerations(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('generations', { name, why })
  const counted = counting<ExportedGeneration>(run, 'generations')
  for await (const batch of batchesOf(file, { schema: ExportedGeneration, most: most.generations, onWrong })) {
    await sendAll(batch, {
      ...counted,
      onOutcome(entry, outcome) {
        counted.onOutcome(entry, outcome)
        const { id } = entry.value
        note(run, 'generation', { id, here: outcome.id ?? id })
      },
      send: async (given) => {
        const generations = given.map((one) => ({ ...one, request: withPicturesHere(run, one.request) }))
        const answer = await run.server.takeBack({ generations })
        return typeof answer === 'string' ? answer : answer.generations
      },
    })
  }
}

/** Sends what was made from what, with the ids of the export, as far as it has come. */
export async function bringLinks(run: Run, links: AsyncIterable<Entry<LineageLink>>): Promise<void> {
  let batch: Entry<LineageLink>[] = []
  const send = async (given: readonly LineageLink[]) => {
    const answer = await run.server.takeBack({
      links: given.map(({ kind, id, parentId }) => ({
        kind,
        id: here(run, kind, id),
        parentId: here(run, kind, parentId),
      })),
    })
    return typeof answer === 'string' ? answer : answer.links
  }
  for await (const link of links) {
    batch.push(link)
    if (batch.length < most.links) continue
    await sendAll(batch, { ...counting(run, 'links'), send })
    batch = []
  }
  await sendAll(batch, { ...counting(run, 'links'), send })
}

/** Links between generations. What is no generation was said already. */
export async function* linksOfGenerations(file: SourceFile): AsyncGenerator<Entry<LineageLink>, void, undefined> {
  const options = { schema: ExportedGeneration, most: most.links, onWrong: () => {} }
  for await (const batch of batchesOf(file, options)) {
    for (const { name, value } of batch) {
      const { id, parentId } = value
      if (parentId !== null) yield { name, value: { kind: 'generation', id, parentId } }
    }
  }
}

/** Whether any of these generations was made from pictures. Reads the file to its end: nothing is taken from a damaged one. */
export async function namesPictures(file: SourceFile): Promise<boolean> {
  let found = false
  for await (const { text } of linesOf(file, maxLineBytes)) found ||= /"(?:sources|mask)"/.test(text ?? '')
  return found
}
