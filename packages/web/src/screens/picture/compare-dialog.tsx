import type { Image } from '@easel/contract'
import { Modal } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { useState, type CSSProperties, type PointerEvent } from 'react'
import { wordsOf } from '#data/client.ts'
import { imageQuery } from '#data/queries.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { altOf } from '#parts/picture-frame.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './compare-dialog.module.css'
import { movedByKey, movedByPointer } from './divider.ts'
import { differencesOf } from './settings-diff.ts'

interface CompareDialogProps {
  /** Two ids; the first one stands at the left. */
  readonly ids: readonly [string, string]
  readonly onClose: () => void
}

/** Two pictures one over the other, with the settings in which they differ. */
export function CompareDialog({ ids, onClose }: CompareDialogProps) {
  const [first, second] = useQueries({ queries: ids.map((id) => imageQuery(id)) })
  const error = first?.error ?? second?.error ?? null
  useFocusReturn()
  return (
    <Modal.Root opened onClose={onClose} fullScreen lockScroll={false} radius={0} zIndex={330}>
      <Modal.Content className={classes['dialog'] ?? ''} aria-label="Compare two pictures">
        <header className={classes['bar']}>
          <IconButton icon="close" label="Close" onClick={onClose} />
          <h2 className={classes['title']}>Compare</h2>
        </header>
        {error !== null && (
          <EmptyState icon="warning" title="These pictures could not be shown" text={wordsOf(error)} />
        )}
        {first?.data !== undefined && second?.data !== undefined && (
          <>
            <Both first={first.data} second={second.data} />
            <Differences first={first.data} second={second.data} />
          </>
        )}
      </Modal.Content>
    </Modal.Root>
  )
}

interface BothProps {
  readonly first: Image
  readonly second: Image
}

/** The box has the shape of the first picture, and is as large as there is room. */
function shapeOf({ width, height }: Image): CSSProperties & { '--ratio': number } {
  return { aspectRatio: `${width} / ${height}`, '--ratio': width / height }
}

function Both({ first, second }: BothProps) {
  const [at, setAt] = useState(50)
  const move = (event: PointerEvent<HTMLDivElement>) =>
    setAt(movedByPointer(event.clientX, event.currentTarget.getBoundingClientRect()))
  return (
    <div className={classes['stage']}>
      <div
        className={classes['box']}
        style={shapeOf(first)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          move(event)
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) move(event)
        }}
      >
        <img className={classes['picture']} src={second.url} alt={altOf(second)} draggable={false} />
        <img
          className={classes['picture']}
          src={first.url}
          alt={altOf(first)}
          draggable={false}
          style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}
        />
        <div
          className={classes['divider']}
          style={{ left: `${at}%` }}
          role="slider"
          tabIndex={0}
          data-autofocus
          aria-label="How much of the first picture is shown"
          aria-orientation="horizontal"
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(at)}
          aria-valuetext={`${Math.round(at)} %`}
          onKeyDown={(event) => {
            const next = movedByKey(at, event)
            if (next === null) return
            event.preventDefault()
            setAt(next)
          }}
        />
      </div>
    </div>
  )
}

function Differences({ first, second }: BothProps) {
  const differences = differencesOf(first, second)
  if (differences.length === 0) return <p className={classes['same']}>They were made with the same settings.</p>
  return (
    <div className={classes['settings']}>
      <table className={classes['table']} aria-label="Settings that differ">
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">First, left</th>
            <th scope="col">Second, right</th>
          </tr>
        </thead>
        <tbody>
          {differences.map((difference) => (
            <tr key={difference.name}>
              <th scope="row">{difference.name}</th>
              <td>{difference.first ?? '–'}</td>
              <td>{difference.second ?? '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
