import type { Bulk } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useCallback } from 'react'
import { useBulks, type Begin } from '#data/bulk.ts'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import { ProgressLine } from '#parts/progress-line.tsx'
import { canUndo, doingWords, doneWords } from './bulk-words.ts'
import classes from './bulk-toast.module.css'

const UNDO_TIME = 12_000
let toasts = 0

interface Watch {
  readonly progress: (bulk: Bulk) => void
  readonly end: (bulk: Bulk) => void
  readonly fail: (error: unknown) => void
}

/** One toast from the beginning to the end. What is over soon shows no progress. */
function watch(total: number | null, onUndo: (id: string) => void): Watch {
  toasts += 1
  const id = `bulk-${toasts}`
  const end = (toast: Parameters<typeof notifications.show>[0]) => {
    notifications.hide(id)
    notifications.show(toast)
  }
  let shown = false
  return {
    progress(bulk) {
      const message = (
        <span className={classes['progress']}>
          {doingWords(bulk)} {bulk.seen}
          <ProgressLine
            label={doingWords(bulk)}
            value={total === null || total === 0 ? null : Math.min(1, bulk.seen / total)}
          />
        </span>
      )
      if (shown) notifications.update({ id, message, autoClose: false })
      else notifications.show({ id, message, autoClose: false, withCloseButton: false })
      shown = true
    },
    end(bulk) {
      announce(doneWords(bulk))
      const undo = canUndo(bulk) && (
        <Button
          variant="subtle"
          className={classes['undo'] ?? ''}
          onClick={() => {
            notifications.hide(`${id}-done`)
            onUndo(bulk.id)
          }}
        >
          Undo
        </Button>
      )
      end({
        id: `${id}-done`,
        autoClose: UNDO_TIME,
        message: (
          <span className={classes['toast']}>
            {doneWords(bulk)}
            {undo}
          </span>
        ),
      })
    },
    fail: (error) => end({ message: `It could not be done: ${wordsOf(error)}` }),
  }
}

export interface BulkWork {
  readonly begin: Begin
  /** How many there are; null where that is not known. */
  readonly total: number | null
}

/** Does something with many pictures: says how far it is, what became of it, and offers to undo it. */
export function useBulkAction(): (work: BulkWork) => void {
  const bulks = useBulks()
  return useCallback(
    ({ begin, total }) => {
      const undo = (id: string) => {
        const toast = watch(total, () => {})
        bulks.undo(id, toast.progress).then(toast.end, toast.fail)
      }
      const toast = watch(total, undo)
      bulks.start(begin, toast.progress).then(toast.end, toast.fail)
    },
    [bulks],
  )
}
