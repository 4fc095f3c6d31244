import type { Image, ImageChange } from '@easel/contract'
import { Button, Modal } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { imageQuery } from '#data/queries.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { thisPicture, useSharing } from '#screens/shares/sharing.tsx'
import { DownloadMenu } from './download-menu.tsx'
import { PictureDetails } from './picture-details.tsx'
import { PictureStage } from './picture-stage.tsx'
import classes from './picture-viewer.module.css'
import { neighboursOf } from './neighbours.ts'
import { useRestorePicture } from './restore-picture.ts'
import { useChangeImage } from './change-image.ts'
import { useDeletePicture } from './delete-picture.tsx'
import { useViewerKeys } from './use-viewer-keys.ts'

interface PictureViewerProps {
  readonly imageId: string
  /** What ← and → go through. */
  readonly neighbours: readonly Image[]
  readonly onShow: (id: string) => void
  readonly onClose: () => void
}

/** A picture over the whole window, with its story. */
export function PictureViewer({ imageId, neighbours, onShow, onClose }: PictureViewerProps) {
  const known = neighbours.find((image) => image.id === imageId)
  const trashed = known !== undefined && known.deletedAt !== null
  // What is in the trash is told of by its list alone.
  const query = useQuery({ ...imageQuery(imageId), placeholderData: () => known, enabled: !trashed })
  const image = (trashed ? known : query.data) ?? known ?? null
  const wide = useMediaQuery('(width >= 1000px)', true, { getInitialValueInEffect: false })
  const [details, setDetails] = useState(wide)
  const { previous, next } = neighboursOf(neighbours, imageId)
  const remove = useDeletePicture()
  const restore = useRestorePicture()
  const sharing = useSharing()
  useFocusReturn(() => document.querySelector(`a[href^="/picture/${imageId}"], a[href^="/library/${imageId}"]`))

  const step = (direction: 1 | -1) => {
    const target = direction === 1 ? next : previous
    if (target !== null) onShow(target)
  }
  const removeShown = () => {
    if (image === null || image.deletedAt !== null) return
    const after = next ?? previous
    remove(image, () => (after === null ? onClose() : onShow(after)))
  }
  const change = useChangeImage()
  // What is in the trash stays as it is.
  const changeShown = (changed: ImageChange) => {
    if (image !== null && image.deletedAt === null) change(image, changed)
  }
  useViewerKeys({
    onStep: step,
    onDelete: removeShown,
    onClose,
    onDetails: () => setDetails((shown) => !shown),
    onFavourite: () => changeShown({ favourite: image?.favourite !== true }),
    onRate: (rating) => changeShown({ rating }),
  })
  // The neighbours' originals are fetched ahead, so that → shows at once.
  useEffect(() => {
    for (const id of [next, previous]) {
      const neighbour = neighbours.find((one) => one.id === id)
      if (neighbour?.deletedAt === null) new globalThis.Image().src = neighbour.url
    }
  }, [next, previous, neighbours])

  return (
    <Modal.Root opened onClose={onClose} fullScreen lockScroll={false} closeOnEscape={false} radius={0}>
      <Modal.Content className={classes['dialog'] ?? ''} aria-label="Picture">
        <header className={classes['bar']}>
          <IconButton icon="close" label="Close" data-autofocus onClick={onClose} />
          <span className={classes['space']} />
          {image !== null && image.deletedAt === null && (
            <>
              <IconButton
                icon="heart"
                label="Favourite"
                filled={image.favourite}
                aria-pressed={image.favourite}
                onClick={() => changeShown({ favourite: !image.favourite })}
              />
              <IconButton icon="share" label="Share" onClick={() => sharing.now(thisPicture(image.id))} />
              <IconButton icon="link" label="Links" onClick={() => sharing.links(thisPicture(image.id))} />
              <DownloadMenu image={image} />
              <IconButton icon="trash" label="Delete" onClick={removeShown} />
            </>
          )}
          {image !== null && image.deletedAt !== null && (
            <Button variant="default" onClick={() => restore(image.id)}>
              Restore
            </Button>
          )}
          <IconButton
            icon="info"
            label="Details"
            aria-pressed={details}
            onClick={() => setDetails((shown) => !shown)}
          />
        </header>
        {image !== null && (
          <PictureStage
            key={image.id}
            image={image}
            onStep={step}
            hasPrevious={previous !== null}
            hasNext={next !== null}
          />
        )}
        {image === null && query.isError && (
          <EmptyState icon="warning" title="This picture could not be shown" text={wordsOf(query.error)}>
            <Button onClick={onClose}>Close</Button>
          </EmptyState>
        )}
        {image !== null && details && (
          <aside className={classes['details']} aria-label="Details" tabIndex={-1}>
            <PictureDetails image={image} onClose={onClose} onShow={onShow} />
          </aside>
        )}
      </Modal.Content>
    </Modal.Root>
  )
}
