// `easel import`. Rules TR34 and TR35 in docs/spec/transfer.md.
import { createHash } from 'node:crypto'
import { readFacts, sortFiles, type FoundPicture } from './pictures.ts'
import type { EaselServer } from './server.ts'
import type { Source } from './source.ts'

export interface ImportReport {
  readonly taken: number
  readonly there: number
  readonly skipped: readonly { readonly name: string; readonly why: string }[]
}

export interface Progress {
  readonly done: number
  readonly total: number
}

/** Files that the server is asked for at a time. */
const batch = 50
/** More than any server takes. */
const maxBytes = 1024 ** 3

type Skip = (name: string, why: string) => void

/** What is wrong with one file is said of it; what keeps the whole import from going on is thrown. */
async function readOrSkip(picture: FoundPicture, skip: Skip): Promise<Uint8Array | null> {
  try {
    return await picture.file.read(maxBytes)
  } catch (error) {
    skip(picture.file.name, error instanceof Error ? error.message : String(error))
    return null
  }
}

async function hashesOf(pictures: readonly FoundPicture[], skip: Skip): Promise<Map<FoundPicture, string>> {
  const hashes = new Map<FoundPicture, string>()
  for (const picture of pictures) {
    const bytes = await readOrSkip(picture, skip)
    if (bytes !== null) hashes.set(picture, createHash('sha256').update(bytes).digest('hex'))
  }
  return hashes
}

/**
 * Brings in every picture of a source that the server does not have.
 * @throws Stopped
 */
export async function importLibrary(
  source: Source,
  server: EaselServer,
  onProgress: (progress: Progress) => void,
): Promise<ImportReport> {
  const { pictures, others } = sortFiles(source)
  const skipped = [...others]
  const skip: Skip = (name, why) => void skipped.push({ name, why })
  let taken = 0
  let there = 0
  let done = 0

  async function bring(picture: FoundPicture): Promise<void> {
    const bytes = await readOrSkip(picture, skip)
    if (bytes === null) return
    const told = await readFacts(picture).catch((error: unknown) => {
      skip(picture.sidecar?.name ?? '', error instanceof Error ? error.message : String(error))
      return null
    })
    const sent = await server.send({ name: picture.file.name, bytes }, told?.facts ?? { source: 'import' })
    if (sent.outcome === 'refused') {
      skip(picture.file.name, sent.why)
      return
    }
    if (sent.outcome === 'there') there += 1
    else {
      taken += 1
      if (told?.isTrash === true) await server.throwAway(sent.id)
    }
  }

  for (let at = 0; at < pictures.length; at += batch) {
    const hashes = await hashesOf(pictures.slice(at, at + batch), skip)
    const known = hashes.size === 0 ? new Set<string>() : await server.known([...hashes.values()])
    done = at + Math.min(batch, pictures.length - at) - hashes.size
    for (const [picture, hash] of hashes) {
      if (known.has(hash)) there += 1
      else await bring(picture)
      done += 1
      onProgress({ done, total: pictures.length })
    }
  }
  return { taken, there, skipped }
}
