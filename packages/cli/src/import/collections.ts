// Albums, saved searches and what prompts are made of go back. Rules TR56, TR58 in docs/spec/transfer.md.
import {
  ExportedAlbum,
  ExportedAlbumPicture,
  ExportedPromptPart,
  ExportedSearch,
  type LibraryRecords,
} from '@easel/contract'
import { batchesOf, counting, here, note, sendAll, type Run } from './records.ts'
import type { SourceFile } from './source.ts'

/** What a server takes at a time. */
const most = { albums: 100, albumPictures: 1000, searches: 100, prompts: 100 }

function sending<T>(
  { server }: Run,
  kind: keyof typeof most,
  recordsOf: (given: readonly T[]) => Partial<LibraryRecords>,
) {
  return async (given: readonly T[]) => {
    const answer = await server.takeBack(recordsOf(given))
    return typeof answer === 'string' ? answer : answer[kind]
  }
}

export async function bringAlbums(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('albums', { name, why })
  const counted = counting<ExportedAlbum>(run, 'albums')
  for await (const batch of batchesOf(file, { schema: ExportedAlbum, most: most.albums, onWrong })) {
    await sendAll(batch, {
      ...counted,
      onOutcome(entry, outcome) {
        counted.onOutcome(entry, outcome)
        const { id } = entry.value
        note(run, 'album', { id, here: outcome.id ?? id })
      },
      send: sending(run, 'albums', (albums) => ({ albums: [...albums] })),
    })
  }
}

/** Puts the pictures into the albums, one batch after the other, because their order is that of the lines. */
export async function bringAlbumPictures(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('pictures in albums', { name, why })
  const placeHere = ({ albumId, imageId, isCover }: ExportedAlbumPicture) => ({
    albumId: here(run, 'album', albumId),
    imageId: here(run, 'picture', imageId),
    isCover,
  })
  const send = sending<ExportedAlbumPicture>(run, 'albumPictures', (given) => ({ albumPictures: given.map(placeHere) }))
  for await (const batch of batchesOf(file, { schema: ExportedAlbumPicture, most: most.albumPictures, onWrong })) {
    await sendAll(batch, { ...counting<ExportedAlbumPicture>(run, 'pictures in albums'), send })
  }
}

/** The same search with the ids that albums have here. */
function searchHere(run: Run, { query, ...search }: ExportedSearch): ExportedSearch {
  const { album, q } = query
  const inAlbum = /(\bin:"?)([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/gi
  return {
    ...search,
    query: {
      ...query,
      ...(album === undefined ? {} : { album: here(run, 'album', album.toLowerCase()) }),
      ...(q === undefined
        ? {}
        : {
            q: q.replaceAll(inAlbum, (whole, before: string, id: string) => {
              const other = here(run, 'album', id.toLowerCase())
              return other === id.toLowerCase() ? whole : before + other
            }),
          }),
    },
  }
}

export async function bringSearches(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('searches', { name, why })
  const send = sending<ExportedSearch>(run, 'searches', (given) => ({
    searches: given.map((search) => searchHere(run, search)),
  }))
  for await (const batch of batchesOf(file, { schema: ExportedSearch, most: most.searches, onWrong })) {
    await sendAll(batch, { ...counting<ExportedSearch>(run, 'searches'), send })
  }
}

export async function bringPrompts(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('prompts', { name, why })
  const send = sending<ExportedPromptPart>(run, 'prompts', (prompts) => ({ prompts: [...prompts] }))
  for await (const batch of batchesOf(file, { schema: ExportedPromptPart, most: most.prompts, onWrong })) {
    await sendAll(batch, { ...counting<ExportedPromptPart>(run, 'prompts'), send })
  }
}
