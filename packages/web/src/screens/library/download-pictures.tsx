import type { DownloadRequest } from '@easel/contract'
import { wordsOf } from '#data/client.ts'
import { useDownload } from '#data/downloads.ts'
import { announce } from '#data/live.ts'
import { count } from '#parts/format.ts'
import { DownloadDialog } from '#screens/picture/download-dialog.tsx'

interface DownloadPicturesProps {
  /** What is downloaded, in words: `3 pictures`. */
  readonly pictures: string
  readonly selection: DownloadRequest['selection']
  readonly sort?: DownloadRequest['sort']
  readonly onClose: () => void
}

/** Asks in which form many pictures are wanted, and hands them to the browser as an archive. */
export function DownloadPictures({ pictures, selection, sort = 'date', onClose }: DownloadPicturesProps) {
  const download = useDownload()
  return (
    <DownloadDialog
      pictures={pictures}
      many
      busy={download.isPending}
      fault={download.error === null ? null : wordsOf(download.error)}
      onClose={onClose}
      onSubmit={(form, records) =>
        download.mutate(
          { ...form, selection, sort, records },
          {
            onSuccess: (made) => {
              announce(`${count(made.pictures, 'picture', 'pictures')} are being downloaded`)
              onClose()
            },
          },
        )
      }
    />
  )
}
