// What a folder or an archive of pictures holds, whoever made it: Easel's own exports, the folders of the older systems, any other.
import { factsOfRecord } from './exported-record.ts'
import { factsOfSidecar, time, timeOfId } from './old-libraries.ts'
import type { ImageFacts } from './uploads.ts'

export interface FoundPicture<F> {
  readonly file: F
  /** The file beside it that may say more of it. */
  readonly sidecar: F | null
}

const documents = ['generations', 'tags', 'albums', 'album-pictures', 'searches', 'prompts', 'shares'] as const
/** Records of an export beside its pictures: `generations.jsonl` and so on. */
export type ImportDocument = (typeof documents)[number]

export interface FoundFiles<F> {
  readonly pictures: readonly FoundPicture<F>[]
  /** What is not brought in, with the reason. */
  readonly others: readonly { readonly name: string; readonly why: string }[]
  readonly documents: Readonly<Partial<Record<ImportDocument, F>>>
}

const pictureName = /\.(?:png|jpe?g|webp|gif|avif)$/i
/** What our own archives hold beside pictures. */
const ownDocument =
  /^(?:README\.txt|manifest\.json|account\.json|connections\.json|(?:generations|tags|albums|album-pictures|searches|prompts|shares)\.jsonl)$/
/** Left there by systems, and what Easel makes anew. */
const ofNoInterest = /(?:^|\/)(?:__MACOSX\/|\.|Thumbs\.db$|desktop\.ini$)|^(?:files\/)?derived\//

/** Finds the pictures among files, and what stands beside each. @param files `/` between the folders in their names */
export function sortFiles<F extends { readonly name: string }>(files: readonly F[]): FoundFiles<F> {
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
  const found = documents.flatMap((name) => {
    const file = byName.get(`${name}.jsonl`)
    return file === undefined ? [] : [[name, file] as const]
  })
  return {
    pictures,
    documents: Object.fromEntries(found),
    others: others.map(({ name }) => ({ name, why: whyNot(name) })),
  }
}

function whyNot(name: string): string {
  const isRecord = name.endsWith('.json') && pictureName.test(name.slice(0, -'.json'.length))
  return isRecord ? 'Its picture is not there.' : 'It is no picture.'
}

/**
 * The time in a file's name, as the older systems named theirs: contract A `YYYYMMDDhhmmss.png`, contract C `<ms>-generated.png`, contract E
 * `<user>_<ms>_<index>_<8 hexadecimal digits>.png`.
 */
function timeOfName(name: string): string | undefined {
  const last = name.split('/').at(-1) ?? ''
  const [, ms] = /^(\d{12,14})-generated\.\w+$/.exec(last) ?? /_(\d{12,14})_\d{1,4}_[0-9a-f]{8}\.\w+$/.exec(last) ?? []
  return ms === undefined ? time(timeOfId(last.replace(/\.\w+$/, ''))) : time(Number(ms))
}

export interface StoryBeside {
  readonly facts: ImageFacts
  /** The picture that it was made from, by its id where it comes from. */
  readonly parentId: string | null
  /** What Easel's own record says of its bytes; null: it is some other record. */
  readonly sha256: string | null
}

function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    // Some other program's file of that name.
    return null
  }
}

/**
 * What the file beside a picture says, and its name; nothing where that is no record.
 * @param name of the picture
 * @param text of the file beside it, or null
 * @returns a sentence for one of Easel's own records that is wrong, since the picture would not be what it was
 */
export function readBeside(name: string, text: string | null): StoryBeside | string {
  const value = parsed(text)
  const own = factsOfRecord(value)
  if (own !== null) return own
  const facts = factsOfSidecar(value)
  const createdAt = facts.createdAt ?? timeOfName(name)
  return { facts: { ...facts, ...(createdAt === undefined ? {} : { createdAt }) }, parentId: null, sha256: null }
}
