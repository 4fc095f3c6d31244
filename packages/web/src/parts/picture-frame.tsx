import type { Image } from '@easel/contract'
import { useState } from 'react'
import { Icon } from './icon.tsx'
import classes from './picture-frame.module.css'
import { placeholderOf } from './placeholder.ts'

/** What is shown of a picture, whoever's it is. */
export type Pictured = Pick<
  Image,
  | 'width'
  | 'height'
  | 'url'
  | 'thumbnailUrl'
  | 'thumbhash'
  | 'damage'
  | 'deletedAt'
  | 'generationPrompt'
  | 'description'
  | 'filename'
>

interface PictureFrameProps {
  readonly image: Pictured
  /** With `sizes` the browser may take the original where the thumbnail is too small; without it never does. */
  readonly sizes?: string
  readonly fit?: 'cover' | 'contain'
}

const THUMBNAIL_SIDE = 320

/** What a picture shows, in words. */
export function altOf(image: Pick<Image, 'generationPrompt' | 'description' | 'filename'>): string {
  return image.description || image.generationPrompt || image.filename
}

function sourceSet(image: Pictured): string {
  const thumbnailWidth = Math.round(Math.min(1, THUMBNAIL_SIDE / Math.max(image.width, image.height)) * image.width)
  return `${image.thumbnailUrl} ${thumbnailWidth}w, ${image.url} ${image.width}w`
}

/** A picture over its blurred placeholder; damaged ones say so. Fills the box it is put in. */
export function PictureFrame({ image, sizes, fit = 'cover' }: PictureFrameProps) {
  const [loaded, setLoaded] = useState(false)
  const [broken, setBroken] = useState(false)
  const placeholder = placeholderOf(image.thumbhash)
  if (image.damage !== null) {
    return (
      <span className={classes['damaged']}>
        <Icon name="warning" />
        {image.damage}
      </span>
    )
  }
  // The thumbnail may not have been made yet; the original is always there.
  const source = broken ? { src: image.url } : { src: image.thumbnailUrl }
  // Of what is in the trash there is only the thumbnail.
  const set = sizes === undefined || broken || image.deletedAt !== null ? {} : { srcSet: sourceSet(image), sizes }
  return (
    <span
      className={classes['frame']}
      style={placeholder === null || loaded ? undefined : { backgroundImage: `url(${placeholder})` }}
    >
      <img
        className={classes['picture']}
        alt={altOf(image)}
        loading="lazy"
        decoding="async"
        draggable={false}
        data-loaded={loaded || undefined}
        data-fit={fit}
        onLoad={() => setLoaded(true)}
        onError={() => setBroken(true)}
        {...set}
        {...source}
      />
    </span>
  )
}
