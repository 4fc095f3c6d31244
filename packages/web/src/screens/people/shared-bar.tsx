import type { MemberImage, SharedAlbum } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { lazy, Suspense, useEffect, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useTakeOutShared } from '#data/people.ts'
import { count } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import type { Selection, SelectionStep } from '#screens/library/selection.ts'
import classes from '#screens/library/selection-bar.module.css'
import { useCopyPictures } from './use-copy-pictures.ts'

const LabelsDialog = lazy(async () => ({ default: (await import('./labels-dialog.tsx')).LabelsDialog }))

interface SharedBarProps {
  readonly album: SharedAlbum
  readonly images: readonly MemberImage[]
  readonly selection: Selection
  readonly dispatch: (step: SelectionStep) => void
}

/** What can be done with pictures of a shared album. It stands over the lower edge of the page. */
export function SharedBar({ album, images, selection, dispatch }: SharedBarProps) {
  const [labelling, setLabelling] = useState(false)
  const { copy, busy } = useCopyPictures(album.id)
  const takeOut = useTakeOutShared(album.id)
  const chosen = images.filter(({ id }) => selection.ids.has(id))
  const ids = chosen.map(({ id }) => id)
  const empty = ids.length === 0
  const remove = () =>
    takeOut.mutate(ids, {
      onSuccess: () => dispatch({ type: 'close' }),
      onError: (error) => notifications.show({ message: `It could not be taken out: ${wordsOf(error)}` }),
    })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || document.querySelector('[aria-modal="true"]') !== null) return
      event.preventDefault()
      dispatch({ type: 'close' })
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
  return (
    <div className={classes['bar']} role="toolbar" aria-label="Selection" data-selection-bar>
      <IconButton icon="close" label="End selecting" onClick={() => dispatch({ type: 'close' })} />
      <span className={classes['words']} role="status">
        {empty ? 'Select pictures' : count(ids.length, 'picture', 'pictures')}
      </span>
      <Button variant="subtle" className={classes['all'] ?? ''} onClick={() => dispatch({ type: 'all' })}>
        All
      </Button>
      <span className={classes['actions']}>
        <IconButton icon="copy" label="Copy to my library" disabled={empty || busy} onClick={() => copy(ids)} />
        {album.role !== 'viewer' && (
          <>
            <IconButton
              icon="tag"
              label="Labels"
              disabled={empty || chosen.some(({ taggable }) => !taggable)}
              onClick={() => setLabelling(true)}
            />
            <IconButton
              icon="out"
              label="Take out of this album"
              disabled={empty || takeOut.isPending}
              onClick={remove}
            />
          </>
        )}
      </span>
      {labelling && (
        <Suspense fallback={null}>
          <LabelsDialog albumId={album.id} images={chosen} onClose={() => setLabelling(false)} />
        </Suspense>
      )}
    </div>
  )
}
