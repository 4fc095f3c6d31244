import { useEffect, useState } from 'react'
import { IconButton } from '#parts/icon-button.tsx'
import { altOf, type Pictured } from '#parts/picture-frame.tsx'
import { Notice } from '#parts/notice.tsx'
import classes from './picture-stage.module.css'
import { useZoom } from './use-zoom.ts'

interface PictureStageProps {
  readonly image: Pictured
  readonly onStep: (direction: 1 | -1) => void
  readonly hasPrevious: boolean
  readonly hasNext: boolean
}

/** True where arrows and signs belong to the thing that has the focus. */
function keysTaken(event: KeyboardEvent): boolean {
  const { target } = event
  if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return true
  if (target.matches('input, textarea, select') || target.closest('[role="menu"]') !== null) return true
  const dialog = target.closest('[aria-modal="true"]')
  return dialog !== null && dialog.querySelector('[data-stage]') === null
}

/** One picture as large as there is room, with zoom. Give it a key, so that each picture starts fitted. */
export function PictureStage({ image, onStep, hasPrevious, hasNext }: PictureStageProps) {
  const { view, fit, zoom, reset, stage } = useZoom({ picture: image, onSwipe: onStep })
  const [loaded, setLoaded] = useState(false)
  const [broken, setBroken] = useState(false)
  // Of what is in the trash there is only the thumbnail.
  const small = broken || image.deletedAt !== null

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (keysTaken(event)) return
      if (event.key === '+' || event.key === '=') zoom(1.5)
      if (event.key === '-') zoom(1 / 1.5)
      if (event.key === 'z') reset()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })

  return (
    <div className={classes['stage']} data-stage data-zoomed={view.scale > 1 || undefined} {...stage}>
      {image.damage === null ? (
        <div
          className={classes['picture']}
          style={{
            width: fit.width,
            height: fit.height,
            transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
          }}
        >
          {!loaded && !small && <img className={classes['layer']} src={image.thumbnailUrl} alt="" draggable={false} />}
          <img
            className={classes['layer']}
            src={small ? image.thumbnailUrl : image.url}
            alt={altOf(image)}
            draggable={false}
            data-pixelated={view.scale * fit.width > image.width * 2 || undefined}
            onLoad={() => setLoaded(true)}
            onError={() => setBroken(true)}
          />
        </div>
      ) : (
        <Notice tone="warning" title="This picture cannot be shown">
          {image.damage}
        </Notice>
      )}
      {hasPrevious && (
        <IconButton
          icon="left"
          label="Previous picture"
          className={classes['previous'] ?? ''}
          onClick={() => onStep(-1)}
        />
      )}
      {hasNext && (
        <IconButton icon="right" label="Next picture" className={classes['next'] ?? ''} onClick={() => onStep(1)} />
      )}
      <div className={classes['zoom']} role="group" aria-label="Zoom">
        <IconButton icon="zoomOut" label="Zoom out" disabled={view.scale <= 1} onClick={() => zoom(1 / 1.5)} />
        <button type="button" className={classes['scale']} onClick={reset} aria-label="Fit to screen">
          {Math.round(((view.scale * fit.width) / image.width) * 100)} %
        </button>
        <IconButton icon="zoomIn" label="Zoom in" onClick={() => zoom(1.5)} />
      </div>
    </div>
  )
}
