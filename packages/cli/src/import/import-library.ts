// `easel import`. Rules TR34, TR35 and TR50 … in docs/spec/transfer.md.
import { createHash } from 'node:crypto'
import {
  sortFiles,
  type FoundFiles,
  type ImageFacts,
  type LineageLink,
  type PictureQuestion,
  type RecordOutcome,
  type StoryBeside,
} from '@easel/contract'
import { bringAlbumPictures, bringAlbums, bringPrompts, bringSearches, bringShares } from './collections.ts'
import { checkWhole } from './lines.ts'
import { readFacts, type FoundPicture } from './pictures.ts'
import {
  bringGenerations,
  bringLinks,
  bringTags,
  here,
  linksOfGenerations,
  namesPictures,
  note,
  sendAll,
  withPicturesHere,
  type Entry,
  type Run,
} from './records.ts'
import type { Kind, Reporting } from './report.ts'
import type { EaselServer } from './server.ts'
import type { Source, SourceFile } from './source.ts'

type Documents = FoundFiles<SourceFile>['documents']

/** Files that the server is asked for at a time. */
const batch = 50
/** The same where only records are read. */
const recordBatch = 200
/** More than any server takes. */
const maxBytes = 1024 ** 3

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error))

interface Looked {
  readonly picture: FoundPicture
  readonly told: StoryBeside
  readonly sha256: string
}

async function hashOf(file: SourceFile): Promise<string> {
  const hash = createHash('sha256')
  for await (const part of file.stream()) hash.update(part)
  return hash.digest('hex')
}

/** What a picture is. What is wrong with one file is said of it; what keeps the whole import from going on is thrown. */
async function look({ report }: Run, picture: FoundPicture): Promise<Looked | null> {
  const { name } = picture.file
  try {
    const told = await readFacts(picture)
    const sha256 = await hashOf(picture.file)
    if (told.sha256 === null || told.sha256 === sha256) return { picture, told, sha256 }
    report.refuse('pictures', { name, why: 'It is not the picture that its record tells of.' })
  } catch (error) {
    report.refuse('pictures', { name, why: words(error) })
  }
  return null
}

function questionOf(run: Run, { told: { facts }, sha256 }: Pick<Looked, 'told' | 'sha256'>): PictureQuestion {
  const { id = null, generationId = null, generationIndex = null } = facts.exported ?? {}
  return {
    sha256,
    id,
    generationId: generationId === null ? null : here(run, 'generation', generationId),
    generationIndex,
  }
}

/** The facts with the ids that others have here. */
function factsHere(run: Run, { exported, parameters, ...facts }: ImageFacts): ImageFacts {
  if (exported === undefined) return { ...facts, ...(parameters === undefined ? {} : { parameters }) }
  const { generationId } = exported
  return {
    ...facts,
    ...(parameters === undefined ? {} : { parameters: withPicturesHere(run, parameters) }),
    exported: { ...exported, generationId: generationId === null ? null : here(run, 'generation', generationId) },
  }
}

function noteHere(run: Run, { facts }: StoryBeside, id: string | null): void {
  if (facts.exported !== undefined && id !== null) note(run, 'picture', { id: facts.exported.id, here: id })
}

async function ask(run: Run, pictures: readonly PictureQuestion[]) {
  const answer = await run.server.takeBack({ pictures: [...pictures] })
  return typeof answer === 'string' ? answer : answer.pictures
}

async function bring(run: Run, { picture, told }: Looked): Promise<void> {
  const { report, server } = run
  const { file } = picture
  let bytes: Uint8Array
  try {
    bytes = await file.read(maxBytes)
  } catch (error) {
    report.refuse('pictures', { name: file.name, why: words(error) })
    return
  }
  const sent = await server.send({ name: file.name, bytes }, factsHere(run, told.facts))
  if (sent.outcome === 'refused') report.refuse('pictures', { name: file.name, why: sent.why })
  else {
    report.count('pictures', sent.outcome)
    if (sent.note !== null) report.note({ name: file.name, why: sent.note })
    noteHere(run, told, sent.id)
  }
}

/** @returns whether any of them was made from another one */
async function bringPictures(run: Run, pictures: readonly FoundPicture[], onDone: (done: number) => void) {
  const { report } = run
  let haveParents = false
  for (let at = 0; at < pictures.length; at += batch) {
    const entries: Entry<PictureQuestion>[] = []
    const looked = new Map<Entry<PictureQuestion>, Looked>()
    for (const picture of pictures.slice(at, at + batch)) {
      const found = await look(run, picture)
      if (found === null) continue
      haveParents ||= found.told.parentId !== null
      const entry = { name: picture.file.name, value: questionOf(run, found) }
      entries.push(entry)
      looked.set(entry, found)
    }
    const wanted: Looked[] = []
    await sendAll(entries, {
      send: (questions) => ask(run, questions),
      onRefused: ({ name }, why) => report.refuse('pictures', { name, why }),
      onOutcome(entry, { outcome, id }) {
        const found = looked.get(entry)
        if (found === undefined) return
        if (outcome === 'wanted') wanted.push(found)
        else {
          report.count('pictures', 'there')
          noteHere(run, found.told, id)
        }
      },
    })
    let done = at + Math.min(batch, pictures.length - at) - wanted.length
    if (wanted.length === 0) onDone(done)
    for (const found of wanted) {
      await bring(run, found)
      done += 1
      onDone(done)
    }
  }
  return haveParents
}

/** Pictures with Easel's own record; what is wrong with the others is said when they are brought. */
async function* ownRecords(pictures: readonly FoundPicture[]) {
  for (const { file, sidecar } of pictures) {
    const told = await readFacts({ file, sidecar }).catch(() => null)
    if (told !== null && told.facts.exported !== undefined && told.sha256 !== null) {
      yield { name: file.name, told, sha256: told.sha256, id: told.facts.exported.id }
    }
  }
}

/** Finds out which pictures will have another id here, before anything is brought that names them. */
async function foresee(run: Run, pictures: readonly FoundPicture[]): Promise<void> {
  let entries: Entry<PictureQuestion>[] = []
  const sending = {
    send: (questions: readonly PictureQuestion[]) => ask(run, questions),
    onRefused: () => {},
    onOutcome({ value: { id } }: Entry<PictureQuestion>, outcome: RecordOutcome) {
      if (id !== null) note(run, 'picture', { id, here: outcome.id ?? id })
    },
  }
  for await (const { name, told, sha256 } of ownRecords(pictures)) {
    entries.push({ name, value: questionOf(run, { told, sha256 }) })
    if (entries.length < recordBatch) continue
    await sendAll(entries, sending)
    entries = []
  }
  await sendAll(entries, sending)
}

async function* linksOfPictures(
  pictures: readonly FoundPicture[],
): AsyncGenerator<Entry<LineageLink>, void, undefined> {
  for await (const { name, told, id } of ownRecords(pictures)) {
    if (told.parentId !== null) yield { name, value: { kind: 'picture', id, parentId: told.parentId } }
  }
}

/** Reads a file of lines to its end. @returns null where there is none, and where it is damaged: then nothing of it is taken */
async function whole(
  run: Run,
  kind: Kind,
  { file, check = checkWhole }: { file: SourceFile | undefined; check?: Check },
) {
  if (file === undefined) return null
  try {
    await check(file)
    return file
  } catch (error) {
    run.report.refuse(kind, { name: file.name, why: words(error) })
    return null
  }
}

type Check = (file: SourceFile) => Promise<void>

/** What pictures need to be there before them. @returns the generations, where there are any */
async function bringDocuments(run: Run, { tags, generations }: Documents, pictures: readonly FoundPicture[]) {
  const soundTags = await whole(run, 'tags', { file: tags })
  if (soundTags !== null) await bringTags(run, soundTags)
  let needed = false
  const check = async (file: SourceFile) => {
    needed = await namesPictures(file)
  }
  const sound = await whole(run, 'generations', { file: generations, check })
  if (sound === null) return null
  if (needed) await foresee(run, pictures)
  await bringGenerations(run, sound)
  return sound
}

/** What names pictures, or albums that were brought before it. */
async function bringCollections(
  run: Run,
  { albums, 'album-pictures': albumPictures, searches, prompts, shares }: Documents,
): Promise<void> {
  const soundAlbums = await whole(run, 'albums', { file: albums })
  if (soundAlbums !== null) await bringAlbums(run, soundAlbums)
  const places = await whole(run, 'pictures in albums', { file: albumPictures })
  if (places !== null) await bringAlbumPictures(run, places)
  const soundSearches = await whole(run, 'searches', { file: searches })
  if (soundSearches !== null) await bringSearches(run, soundSearches)
  const soundPrompts = await whole(run, 'prompts', { file: prompts })
  if (soundPrompts !== null) await bringPrompts(run, soundPrompts)
  const soundShares = await whole(run, 'share links', { file: shares })
  if (soundShares !== null) await bringShares(run, soundShares)
}

/** How many pictures a source has. */
export const picturesIn = ({ files }: Source): number => sortFiles(files).pictures.length

interface Importing {
  readonly server: EaselServer
  readonly report: Reporting
  /** Told after each picture how many are done. */
  readonly onDone: (done: number) => void
}

/**
 * Brings in everything of a source that the server does not have: every picture, and of an export all that it says beside them.
 * @throws Stopped
 */
export async function importLibrary({ files, left }: Source, { server, report, onDone }: Importing): Promise<void> {
  const { pictures, others, documents } = sortFiles(files)
  for (const reason of [...left, ...others]) report.leave(reason)
  const run: Run = { server, report, ids: { generation: new Map(), picture: new Map(), album: new Map() } }
  const generations = await bringDocuments(run, documents, pictures)
  const haveParents = await bringPictures(run, pictures, onDone)
  if (generations !== null) await bringLinks(run, linksOfGenerations(generations))
  if (haveParents) await bringLinks(run, linksOfPictures(pictures))
  await bringCollections(run, documents)
}
