import { factsOfRecord, factsOfSidecar, type ImageFacts } from '@easel/contract'
import { FileRefused } from '../stopped.ts'
import type { Source, SourceFile } from './source.ts'

export interface FoundPicture {
  readonly file: SourceFile
  /** The file beside it that may say more of it. */
  readonly sidecar: SourceFile | null
}

export interface Told {
  readonly facts: ImageFacts
  /** The picture that it was made from, by its id where it comes from. */
  readonly parentId: string | null
  /** What Easel's own record says of its bytes; null: it is some other record. */
  readonly sha256: string | null
}

/** Records beside the pictures of an export. */
export interface Documents {
  readonly generations: SourceFile | null
  readonly tags: SourceFile | null
  readonly albums: SourceFile | null
  readonly albumPictures: SourceFile | null
  readonly searches: SourceFile | null
  readonly prompts: SourceFile | null
}

const pictureName = /\.(?:png|jpe?g|webp|gif|avif)$/i
/** What our own archives hold beside pictures. */
const ownDocument =
  /^(?:README\.txt|manifest\.json|account\.json|connections\.json|(?:generations|tags|albums|album-pictures|searches|prompts)\.jsonl)$/
/** Left there by systems, and what Easel makes anew. */
const ofNoInterest = /(?:^|\/)(?:__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)|^(?:files\/)?derived\//
const maxSidecarBytes = 1024 * 1024

/** What is to be brought in, and what is not, with the reason. */
export function sortFiles({ files, left }: Source): {
  readonly pictures: readonly FoundPicture[]
  readonly others: Source['left']
  readonly documents: Documents
} {
  const byName = new Map(files.map((file) => [file.name, file]))
  const beside = (name: string) => byName.get(`${name}.json`) ?? byName.get(name.replace(pictureName, '.json')) ?? null
  const wanted = files.filter(({ name }) => !ofNoInterest.test(name))
  const pictures = wanted
    .filter(({ name }) => pictureName.test(name))
    .map((file) => ({ file, sidecar: beside(file.name) }))
  const sidecars = new Set(pictures.map(({ sidecar }) => sidecar))
  const others = wanted.filter(
    (file) => !pictureName.test(file.name) && !sidecars.has(file) && !ownDocument.test(file.name),
  )
  const document = (name: string) => byName.get(`${name}.jsonl`) ?? null
  const documents = {
    generations: document('generations'),
    tags: document('tags'),
    albums: document('albums'),
    albumPictures: document('album-pictures'),
    searches: document('searches'),
    prompts: document('prompts'),
  }
  return { pictures, documents, others: [...left, ...others.map(({ name }) => ({ name, why: whyNot(name) }))] }
}

function whyNot(name: string): string {
  const isRecord = name.endsWith('.json') && pictureName.test(name.slice(0, -'.json'.length))
  return isRecord ? 'Its picture is not there.' : 'It is no picture.'
}

/**
 * What stands beside a picture; nothing where that is no record.
 * @throws FileRefused for one of Easel's own that is wrong, since the picture would not be what it was
 */
export async function readFacts({ sidecar }: FoundPicture): Promise<Told> {
  const nothing = { parentId: null, sha256: null }
  if (sidecar === null) return { facts: factsOfSidecar(null), ...nothing }
  const text = new TextDecoder().decode(await sidecar.read(maxSidecarBytes))
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    // Some other program's file of that name.
  }
  const own = factsOfRecord(value)
  if (typeof own === 'string') throw new FileRefused(own)
  return own ?? { facts: factsOfSidecar(value), ...nothing }
}
