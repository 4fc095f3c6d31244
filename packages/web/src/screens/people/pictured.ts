import type { MemberImage } from '@easel/contract'
import type { Pictured } from '#parts/picture-frame.tsx'

/** A picture of a shared album as one's own are shown; its file is never loaded by itself, only what fits a screen. */
export function picturedOf(image: MemberImage): Pictured {
  const { width, height, thumbhash, thumbnailUrl, title, story, owner } = image
  return {
    width,
    height,
    thumbhash,
    thumbnailUrl,
    url: `${thumbnailUrl}?size=1280`,
    damage: null,
    deletedAt: null,
    generationPrompt: story?.prompt ?? null,
    description: title,
    filename: `Picture by ${owner.name}`,
  }
}
