import { factsOfSidecar, type ImageFacts } from '@easel/contract'
import type { Source, SourceFile } from './source.ts'

export interface FoundPicture {
  readonly file: SourceFile
  /** The file beside it that may say more of it. */
  readonly sidecar: SourceFile | null
}

export interface Told {
  readonly facts: ImageFacts
  readonly isTrash: boolean
}

const pictureName = /\.(?:png|jpe?g|webp|gif|avif)$/i
/** What our own archives hold beside pictures. */
const ownDocument = /^(?:README\.txt|manifest\.json|account\.json|connections\.json|(?:generations|tags)\.jsonl)$/
/** Left there by systems, and what Easel makes anew. */
const ofNoInterest = /(?:^|\/)(?:__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)|^(?:files\/)?derived\//
const maxSidecarBytes = 1024 * 1024

/** What is to be brought in, and what is not, with the reason. */
export function sortFiles({ files, left }: Source): {
  readonly pictures: readonly FoundPicture[]
  readonly others: Source['left']
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
  return { pictures, others: [...left, ...others.map(({ name }) => ({ name, why: whyNot(name) }))] }
}

function whyNot(name: string): string {
  const isRecord = name.endsWith('.json') && pictureName.test(name.slice(0, -'.json'.length))
  return isRecord ? 'Its picture is not there.' : 'It is no picture.'
}

/** What stands beside a picture; nothing where that is no record. */
export async function readFacts({ sidecar }: FoundPicture): Promise<Told> {
  if (sidecar === null) return { facts: factsOfSidecar(null), isTrash: false }
  const text = new TextDecoder().decode(await sidecar.read(maxSidecarBytes))
  let value: unknown = null
  try {
    value = JSON.parse(text)
  } catch {
    // Some other program's file of that name.
  }
  const isTrash = typeof value === 'object' && value !== null && 'deletedAt' in value && value.deletedAt !== null
  return { facts: factsOfSidecar(value), isTrash }
}
