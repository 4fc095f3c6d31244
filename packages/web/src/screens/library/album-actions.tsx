import type { BulkAction } from '@easel/contract'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { useUpdateAlbum } from '#data/collections.ts'
import { IconButton } from '#parts/icon-button.tsx'
import type { Selection } from './selection.ts'

interface AlbumActionsProps {
  readonly albumId: string
  readonly selection: Selection
  readonly empty: boolean
  readonly onRun: (action: BulkAction) => void
}

/** What can be done with what is selected in an album, besides the rest. */
export function AlbumActions({ albumId, selection, empty, onRun }: AlbumActionsProps) {
  const update = useUpdateAlbum()
  const [only] = selection.ids
  const cover = (coverId: string) =>
    update.mutate(
      { id: albumId, change: { coverId } },
      {
        onSuccess: () => notifications.show({ message: 'This is the cover now', autoClose: 3000 }),
        onError: (error) => notifications.show({ message: `It could not be the cover: ${wordsOf(error)}` }),
      },
    )
  return (
    <>
      <IconButton
        icon="source"
        label="Make it the cover"
        disabled={only === undefined || selection.ids.size > 1}
        onClick={() => only !== undefined && cover(only)}
      />
      <IconButton
        icon="out"
        label="Take out of this album"
        disabled={empty}
        onClick={() => onRun({ type: 'album-remove', albumId })}
      />
    </>
  )
}
