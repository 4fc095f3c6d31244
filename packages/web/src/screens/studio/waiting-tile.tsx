import { useEffect, useState } from 'react'
import classes from './waiting-tile.module.css'

interface WaitingTileProps {
  /** Width to height; null for a low strip. */
  readonly ratio: number | null
  readonly fit: 'cover' | 'contain'
  readonly preview: string | null
  readonly running: boolean
}

/** The place of a picture that is not there yet, with the newest preview over the one before. */
export function WaitingTile({ ratio, fit, preview, running }: WaitingTileProps) {
  const [shown, setShown] = useState<{ readonly before: string | null; readonly now: string | null }>({
    before: null,
    now: null,
  })
  useEffect(() => {
    if (preview === null || preview === shown.now) return
    // Shown when it has been loaded, so that nothing flashes empty.
    const picture = new Image()
    picture.addEventListener('load', () => setShown((old) => ({ before: old.now, now: preview })), { once: true })
    picture.src = preview
  }, [preview, shown.now])
  return (
    <div
      className={classes['tile']}
      style={ratio === null ? {} : { aspectRatio: String(ratio) }}
      data-low={ratio === null || undefined}
      data-fit={fit}
      data-running={running || undefined}
    >
      {shown.before !== null && <img className={classes['preview']} src={shown.before} alt="" />}
      {shown.now !== null && (
        <img key={shown.now} className={classes['preview']} data-new src={shown.now} alt="Preview" />
      )}
    </div>
  )
}
