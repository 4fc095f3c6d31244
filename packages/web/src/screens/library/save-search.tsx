import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { lazy, Suspense, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useCreateSearch } from '#data/collections.ts'
import type { ImageFilter } from '#data/queries.ts'

const NameDialog = lazy(async () => ({ default: (await import('#parts/name-dialog.tsx')).NameDialog }))

/** Keeps a search under a name; it stands with the albums then. */
export function SaveSearch({ filter: { trash, q } }: { readonly filter: ImageFilter }) {
  const [naming, setNaming] = useState(false)
  const create = useCreateSearch()
  const close = () => {
    create.reset()
    setNaming(false)
  }
  if (q === undefined || trash) return null
  return (
    <>
      <Button variant="subtle" onClick={() => setNaming(true)}>
        Save search
      </Button>
      {naming && (
        <Suspense fallback={null}>
          <NameDialog
            title="Save search"
            action="Save"
            fault={create.error === null ? null : wordsOf(create.error)}
            busy={create.isPending}
            onClose={close}
            onSubmit={(name) =>
              create.mutate(
                { name, query: { q } },
                {
                  onSuccess: () => {
                    close()
                    notifications.show({ message: 'Saved with your albums', autoClose: 3000 })
                  },
                },
              )
            }
          />
        </Suspense>
      )}
    </>
  )
}
