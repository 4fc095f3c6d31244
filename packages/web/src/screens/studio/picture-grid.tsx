import type { Generation, Image } from '@easel/contract'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import { DownloadLink } from '#parts/download-link.tsx'
import { altOf, PictureFrame } from '#parts/picture-frame.tsx'
import { PictureMenu } from '#screens/picture/picture-menu.tsx'
import { gridColumns, tileRatio } from './grid-columns.ts'
import classes from './picture-grid.module.css'
import { pairOf } from './shape.ts'
import { WaitingTile } from './waiting-tile.tsx'

interface PictureGridProps {
  readonly generation: Generation
  readonly sources: number
}

function ratioOf({ images, width, height, request }: Generation): number {
  const [picture] = images
  if (picture) return picture.width / picture.height
  if (width !== null && height !== null) return width / height
  const pair = pairOf(request.size ?? '', 'x') ?? pairOf(request.aspectRatio ?? '', ':')
  return pair === null ? 1 : pair.width / pair.height
}

/** The pictures that are there, and a place for each that is still to come. */
export function PictureGrid({ generation, sources }: PictureGridProps) {
  const narrow = useMediaQuery('(width < 720px)') ?? false
  const { images, state, previewUrl, request } = generation
  const active = state === 'queued' || state === 'running'
  const waiting = active ? Math.max(0, (request.n ?? 1) - images.length) : 0
  const many = images.length + waiting
  const ratio = Math.min(Math.max(ratioOf(generation), 0.4), 3)
  const columns = gridColumns(many, ratio, narrow)
  const tile = tileRatio({ many, ratio, narrow })
  const fit = tile > ratio ? 'contain' : 'cover'
  // While there is nothing to see it stays small, so that what is there already keeps its place on the screen.
  const low = active && images.length === 0 && previewUrl === null
  return (
    <div className={classes['grid']} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
      {images.map((image) => (
        <ResultTile key={image.id} image={image} ratio={tile} fit={fit} columns={columns} sources={sources} />
      ))}
      {Array.from({ length: waiting }, (_, index) => (
        <WaitingTile
          key={`waiting ${index}`}
          ratio={low ? null : tile}
          fit={fit}
          preview={index === 0 ? previewUrl : null}
          running={state === 'running'}
        />
      ))}
    </div>
  )
}

interface ResultTileProps {
  readonly image: Image
  /** That of the tile. */
  readonly ratio: number
  readonly fit: 'cover' | 'contain'
  readonly columns: number
  readonly sources: number
}

function ResultTile({ image, ratio, fit, columns, sources }: ResultTileProps) {
  const navigate = useNavigate()
  const sizes = `(width < 720px) ${Math.round(100 / columns)}vw, ${Math.round(880 / columns)}px`
  const place = { to: '/picture/$imageId', params: { imageId: image.id } } as const
  return (
    <div className={classes['tile']} style={{ aspectRatio: String(ratio) }}>
      <Link {...place} resetScroll={false} className={classes['open']} aria-label={`Open: ${altOf(image)}`}>
        <PictureFrame image={image} sizes={sizes} fit={fit} />
      </Link>
      <div className={classes['tools']}>
        <DownloadLink label="Download" href={`${image.url}?download=1`} className={classes['quick'] ?? ''} />
        <PictureMenu
          image={image}
          sources={sources}
          className={classes['tool'] ?? ''}
          onOpen={() => void navigate({ ...place, resetScroll: false })}
        />
      </div>
    </div>
  )
}
