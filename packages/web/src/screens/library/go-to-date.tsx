import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { IconButton } from '#parts/icon-button.tsx'

const DateDialog = lazy(async () => ({ default: (await import('./date-dialog.tsx')).DateDialog }))

/** Leads to any day of the library. */
export function GoToDate() {
  const [open, setOpen] = useState(false)
  const navigate = useNavigate()
  return (
    <>
      <IconButton icon="calendar" label="Go to date" onClick={() => setOpen(true)} />
      {open && (
        <Suspense fallback={null}>
          <DateDialog
            onClose={() => setOpen(false)}
            onPick={(at) => {
              setOpen(false)
              void navigate({ to: '/library', search: { at } })
            }}
          />
        </Suspense>
      )}
    </>
  )
}
