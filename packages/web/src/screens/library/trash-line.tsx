import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { beginClearing, beginEmptying, trashQuery } from '#data/bulk.ts'
import { count } from '#parts/format.ts'
import classes from './trash-line.module.css'
import { useBulkAction } from './use-bulk-action.tsx'

const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))
const ClearDialog = lazy(async () => ({ default: (await import('./clear-dialog.tsx')).ClearDialog }))

function stayWords(days: number | undefined): string {
  if (days === undefined) return ''
  if (days === 0) return 'What is deleted is erased within the hour.'
  return `Pictures stay here for ${count(days, 'day', 'days')} and are erased then.`
}

/** How long things stay in the trash, and what can be done with all of it. */
export function TrashLine({ empty }: { readonly empty: boolean }) {
  const [dialog, setDialog] = useState<'empty' | 'clear' | null>(null)
  const days = useQuery(trashQuery()).data?.days
  const start = useBulkAction()
  return (
    <div className={classes['line']}>
      <p className={classes['words']}>{stayWords(days)}</p>
      <span className={classes['buttons']}>
        <Button variant="default" disabled={empty} onClick={() => setDialog('empty')}>
          Empty trash
        </Button>
        <Button variant="subtle" color="danger" onClick={() => setDialog('clear')}>
          Clear the library…
        </Button>
      </span>
      <Suspense fallback={null}>
        {dialog === 'empty' && (
          <ConfirmDialog
            title="Empty the trash?"
            text="Every picture in it is erased, and nothing brings it back."
            action="Delete for good"
            onCancel={() => setDialog(null)}
            onConfirm={() => {
              setDialog(null)
              start({ begin: beginEmptying, total: null })
            }}
          />
        )}
        {dialog === 'clear' && (
          <ClearDialog
            onCancel={() => setDialog(null)}
            onConfirm={() => {
              setDialog(null)
              start({ begin: beginClearing, total: null })
            }}
          />
        )}
      </Suspense>
    </div>
  )
}
