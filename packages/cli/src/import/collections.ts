// Albums, saved searches, what prompts are made of and links go back. Rules TR56, TR58, TR59 in docs/spec/transfer.md.
import {
  ExportedAlbum,
  ExportedAlbumPicture,
  ExportedPromptPart,
  ExportedSearch,
  ExportedShare,
  type LibraryRecords,
} from '@easel/contract'
import { batchesOf, counting, here, note, sendAll, type Run } from './records.ts'
import type { SourceFile } from './source.ts'

/** What a server takes at a time. */
const most = { albums: 100, albumPictures: 1000, searches: 100, prompts: 100, shares: 100 }

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

/** The same link with the ids that things have here. */
const shareHere = (run: Run, { imageId, albumId, imageIds, ...share }: ExportedShare): ExportedShare => ({
  ...share,
  imageId: imageId === null ? null : here(run, 'picture', imageId),
  albumId: albumId === null ? null : here(run, 'album', albumId),
  imageIds: imageIds.map((id) => here(run, 'picture', id)),
})

export async function bringShares(run: Run, file: SourceFile): Promise<void> {
  const onWrong = (name: string, why: string) => run.report.refuse('share links', { name, why })
  const counted = counting<ExportedShare>(run, 'share links')
  const send = sending<ExportedShare>(run, 'shares', (given) => ({ shares: given.map((one) => shareHere(run, one)) }))
  for await (const batch of batchesOf(file, { schema: ExportedShare, most: most.shares, onWrong })) {
    await sendAll(batch, {
      ...counted,
      onOutcome(entry, outcome) {
        counted.onOutcome(entry, outcome)
        if (outcome.why !== null) run.report.remark('share links', { name: entry.name, why: outcome.why })
      },
      send,
    })
  }
}
