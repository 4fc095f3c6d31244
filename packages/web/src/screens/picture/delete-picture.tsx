import type { Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { createContext, lazy, Suspense, use, useCallback, useMemo, useState, type ReactNode } from 'react'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import { useDeleteImage, useRestoreImage } from '#data/mutations.ts'
import { confirmDelete } from '#data/preferences.ts'
import classes from './delete-picture.module.css'

const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))

/** Asks where asking is switched on, and then deletes. `before` runs right before the picture goes. */
type DeletePicture = (image: Image, before?: () => void) => void

const Context = createContext<DeletePicture>(() => {})

/** Deleting a picture, with the question before and Undo after, the same from everywhere. */
export function useDeletePicture(): DeletePicture {
  return use(Context)
}

const UNDO_TIME = 10_000

function useDelete() {
  const remove = useDeleteImage()
  const restore = useRestoreImage()
  const { mutate: removeNow } = remove
  const { mutate: restoreNow } = restore
  return useCallback(
    (image: Image) => {
      const id = `deleted-${image.id}`
      const undo = () => {
        notifications.hide(id)
        restoreNow(image.id, {
          onSuccess: () => announce('The picture is back'),
          onError: (error) => notifications.show({ message: `It could not be brought back: ${wordsOf(error)}` }),
        })
      }
      removeNow(image, {
        onSuccess: () => notifications.show({ id, autoClose: UNDO_TIME, message: <Deleted onUndo={undo} /> }),
        onError: (error) => notifications.show({ message: `It could not be deleted: ${wordsOf(error)}` }),
      })
    },
    [removeNow, restoreNow],
  )
}

function Deleted({ onUndo }: { readonly onUndo: () => void }) {
  return (
    <span className={classes['toast']}>
      Moved to the trash
      <Button variant="subtle" className={classes['undo'] ?? ''} onClick={onUndo}>
        Undo
      </Button>
    </span>
  )
}

interface Asked {
  readonly image: Image
  readonly before: () => void
}

export function DeletePictureProvider({ children }: { readonly children: ReactNode }) {
  const [asked, setAsked] = useState<Asked | null>(null)
  const remove = useDelete()
  const request = useMemo<DeletePicture>(
    () =>
      (image, before = () => {}) => {
        if (confirmDelete.get()) {
          setAsked({ image, before })
          return
        }
        before()
        remove(image)
      },
    [remove],
  )
  return (
    <Context value={request}>
      {children}
      {asked !== null && (
        <Suspense fallback={null}>
          <ConfirmDialog
            title="Move to the trash?"
            text="It can be restored from there for a while."
            action="Delete"
            canSkip
            onCancel={() => setAsked(null)}
            onConfirm={(skip) => {
              if (skip) confirmDelete.set(false)
              setAsked(null)
              asked.before()
              remove(asked.image)
            }}
          />
        </Suspense>
      )}
    </Context>
  )
}
