// What a visitor is told of a link and its pictures.
import { z } from 'zod'
import type { SharedImage, SharedPage } from '@easel/contract'
import type { ImageRow } from '#library/image-record.ts'
import type { ShareRow } from './share-record.ts'
import type { PicturePage, ShownPicture } from './shown-pictures.ts'

const Parameters = z.record(z.string(), z.unknown()).catch({})
/** Where a picture comes from is nobody's business who may see how it was made. */
const untold: ReadonlySet<string> = new Set(['originalFilename', 'originalUrl', 'sources'])

/** How a picture was made, as somebody may read it whom its owner tells it. */
export function storyOf({ prompt, negative_prompt: negativePrompt, model, seed, parameters }: ImageRow) {
  const told = Object.entries(Parameters.parse(parameters)).filter(([name]) => !untold.has(name))
  return { prompt, negativePrompt, model, seed, parameters: Object.fromEntries(told) }
}

/** What stands before the path of what caches may keep: nothing, or a CDN's origin. */
const originOfPictures = (share: Pick<ShareRow, 'password' | 'view_limit'>, cdnUrl: string | null): string =>
  share.password === null && share.view_limit === null ? (cdnUrl ?? '') : ''

interface PageParts extends PicturePage {
  readonly count: number
  readonly cdnUrl: string | null
}

/** A picture's own title stays with its prompt: many a program writes the prompt there. */
function toSharedImage(share: ShareRow, row: ShownPicture, cdnUrl: string | null): SharedImage {
  const { name, download, prompt } = share
  const path = `/s/${name}/images/${row.id}`
  const origin = originOfPictures(share, cdnUrl)
  return {
    id: row.id,
    width: row.width,
    height: row.height,
    mimeType: row.mime_type,
    thumbhash: row.thumbhash,
    title: prompt ? row.title : null,
    thumbnailUrl: `${origin}${path}/thumbnail`,
    viewUrl: `${origin}${path}/view`,
    // Saved from here: a browser shows what another website tells it to save.
    fileUrl: download ? `${path}/file` : null,
    story: prompt ? storyOf(row) : null,
  }
}

export function toSharedPage(share: ShareRow, { pictures, nextCursor, count, cdnUrl }: PageParts): SharedPage {
  return {
    name: share.name,
    kind: share.kind,
    title: share.title,
    comment: share.comment,
    expiresAt: share.expires_at?.toISOString() ?? null,
    count,
    zipUrl: share.download ? `/s/${share.name}/zip` : null,
    images: pictures.map((row) => toSharedImage(share, row, cdnUrl)),
    nextCursor,
  }
}

/** Between two neighbours in an album, before somebody moves them. */
const albumStep = 2 ** 20
const longest = 80

/** A number for the name of a picture's file. Of an album it is near its place, as counting all before it would take long. */
export const numberOf = ({ kind }: ShareRow, { position }: ShownPicture): number =>
  kind === 'album' ? Math.max(1, Math.round(position / albumStep)) : position

/** The link's title as the beginning of a file's name. */
export function titleName({ title }: ShareRow, otherwise: string): string {
  const words = Array.from(title ?? '')
    .slice(0, longest)
    .join('')
    .replaceAll(/[\p{Cc}\s/\\]+/gu, ' ')
    .trim()
  return words === '' ? otherwise : words
}

/** What a picture's file is called where the prompt is not told, without the extension. */
export const plainName = (share: ShareRow, number: number): string => `${titleName(share, 'picture')} ${number}`
