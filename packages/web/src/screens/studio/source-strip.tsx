import { useQueries } from '@tanstack/react-query'
import { imageQuery } from '#data/queries.ts'
import { count } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { PictureFrame } from '#parts/picture-frame.tsx'
import classes from './source-strip.module.css'

interface SourceStripProps {
  readonly ids: readonly string[]
  /** How many the chosen model takes. */
  readonly room: number
  readonly onRemove: (id: string) => void
}

/** The pictures to work from. */
export function SourceStrip({ ids, room, onRemove }: SourceStripProps) {
  const images = useQueries({ queries: ids.map((id) => imageQuery(id)) })
  return (
    <div className={classes['strip']} role="group" aria-label="Source pictures">
      {ids.map((id, index) => {
        const image = images[index]?.data
        return (
          <div key={id} className={classes['source']} data-unused={index >= room || undefined}>
            {image && <PictureFrame image={image} />}
            <IconButton
              icon="close"
              label="Remove source"
              type="button"
              iconSize={13}
              className={classes['remove'] ?? ''}
              onClick={() => onRemove(id)}
            />
          </div>
        )
      })}
      <p className={classes['words']}>
        {room === 0
          ? 'This model takes no source picture; it will be left out.'
          : `Working from ${count(Math.min(ids.length, room), 'picture', 'pictures')}`}
      </p>
    </div>
  )
}
