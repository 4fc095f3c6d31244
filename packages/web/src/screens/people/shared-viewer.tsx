import type { MemberImage, SharedAlbum } from '@easel/contract'
import { Modal } from '@mantine/core'
import { useState } from 'react'
import { DownloadLink } from '#parts/download-link.tsx'
import { dateTime, pixels } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { neighboursOf } from '#screens/picture/neighbours.ts'
import { PictureStage } from '#screens/picture/picture-stage.tsx'
import viewerClasses from '#screens/picture/picture-viewer.module.css'
import { useViewerKeys } from '#screens/picture/use-viewer-keys.ts'
import { picturedOf } from './pictured.ts'
import classes from './shared-viewer.module.css'
import { useCopyPictures } from './use-copy-pictures.ts'

interface SharedViewerProps {
  readonly album: SharedAlbum
  readonly images: readonly MemberImage[]
  readonly imageId: string
  readonly onShow: (id: string) => void
  readonly onClose: () => void
}

const nothing = () => {}

/** A picture of a shared album over the whole window, with what its owner tells of it. */
export function SharedViewer({ album, images, imageId, onShow, onClose }: SharedViewerProps) {
  const [details, setDetails] = useState(false)
  const { copy, busy } = useCopyPictures(album.id)
  const image = images.find(({ id }) => id === imageId)
  const { previous, next } = neighboursOf(images, imageId)
  const step = (direction: 1 | -1) => {
    const target = direction === 1 ? next : previous
    if (target !== null) onShow(target)
  }
  useFocusReturn(() => document.querySelector(`#${CSS.escape(`shared-${imageId}`)}`))
  useViewerKeys({
    onStep: step,
    onClose,
    onDetails: () => setDetails((shown) => !shown),
    onDelete: nothing,
    onFavourite: nothing,
    onRate: nothing,
  })
  return (
    <Modal.Root opened onClose={onClose} fullScreen lockScroll={false} closeOnEscape={false} radius={0}>
      <Modal.Content className={viewerClasses['dialog'] ?? ''} aria-label="Picture">
        <header className={viewerClasses['bar']}>
          <IconButton icon="close" label="Close" data-autofocus onClick={onClose} />
          <span className={viewerClasses['space']} />
          {image !== undefined && (
            <>
              {!image.mine && (
                <IconButton icon="copy" label="Copy to my library" disabled={busy} onClick={() => copy([image.id])} />
              )}
              <DownloadLink label="Download" href={`${image.fileUrl}?download=true`} />
            </>
          )}
          <IconButton
            icon="info"
            label="Details"
            aria-pressed={details}
            onClick={() => setDetails((shown) => !shown)}
          />
        </header>
        {image === undefined ? (
          <p className={classes['gone']}>This picture is not in the album any more.</p>
        ) : (
          <PictureStage
            key={image.id}
            image={picturedOf(image)}
            onStep={step}
            hasPrevious={previous !== null}
            hasNext={next !== null}
          />
        )}
        {image !== undefined && details && (
          <aside className={viewerClasses['details']} aria-label="Details" tabIndex={-1}>
            <Details image={image} />
          </aside>
        )}
      </Modal.Content>
    </Modal.Root>
  )
}

function Details({ image }: { readonly image: MemberImage }) {
  const { title, owner, mine, labels, story, width, height, createdAt } = image
  const facts: readonly (readonly [string, string | null])[] = [
    ['Prompt', story?.prompt ?? null],
    ['Without', story?.negativePrompt ?? null],
    ['Model', story?.model ?? null],
    ['Seed', story?.seed === null || story === null ? null : String(story.seed)],
    ['Labels', labels.length === 0 ? null : labels.join(', ')],
    ['Size', pixels(width, height)],
    ['Made', dateTime(Date.parse(createdAt))],
    ['Whose', mine ? 'Yours' : owner.name],
  ]
  return (
    <>
      {title !== null && <h2 className={classes['title']}>{title}</h2>}
      <dl className={classes['facts']}>
        {facts.map(
          ([name, value]) =>
            value !== null &&
            value !== '' && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      {story === null && <p className={classes['untold']}>How it was made is not told.</p>}
    </>
  )
}
