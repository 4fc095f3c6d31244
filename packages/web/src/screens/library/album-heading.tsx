import type { Album } from '@easel/contract'
import { ActionIcon, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { albumQuery, useDeleteAlbum, useUpdateAlbum } from '#data/collections.ts'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { useHasPeople } from '#screens/people/has-people.ts'
import { useSharing, type ShareWish } from '#screens/shares/sharing.tsx'
import classes from './library-screen.module.css'

const DownloadPictures = lazy(async () => ({ default: (await import('./download-pictures.tsx')).DownloadPictures }))
const NameDialog = lazy(async () => ({ default: (await import('#parts/name-dialog.tsx')).NameDialog }))
const PeopleDialog = lazy(async () => ({ default: (await import('#screens/people/people-dialog.tsx')).PeopleDialog }))
const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))

function wishOf({ id, name }: Pick<Album, 'id' | 'name'>): ShareWish {
  return { target: { kind: 'album', albumId: id }, what: `the album “${name}”` }
}

/** The name of an album, how many it holds, and what can be done with it. */
export function AlbumHeading({ id }: { readonly id: string }) {
  const [dialog, setDialog] = useState<'rename' | 'people' | 'download' | 'delete' | null>(null)
  const { data: album, error } = useQuery(albumQuery(id))
  const update = useUpdateAlbum()
  const remove = useDeleteAlbum()
  const navigate = useNavigate()
  const sharing = useSharing()
  const hasPeople = useHasPeople()
  const close = () => {
    update.reset()
    setDialog(null)
  }
  // First away from here: what is gone cannot be shown.
  const apart = async () => {
    await navigate({ to: '/library/albums' })
    await remove
      .mutateAsync(id)
      .catch((fault: unknown) => notifications.show({ message: `It could not be deleted: ${wordsOf(fault)}` }))
  }
  return (
    <div>
      <span className={classes['name']}>
        <h1 className={classes['title']}>{album?.name ?? (error === null ? 'Album' : 'No such album')}</h1>
        {album !== undefined && (
          <Menu width={200} position="bottom-start">
            <Menu.Target>
              <ActionIcon aria-label="Album actions">
                <Icon name="more" />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<Icon name="edit" />} onClick={() => setDialog('rename')}>
                Rename
              </Menu.Item>
              <Menu.Item
                leftSection={<Icon name="share" />}
                disabled={album.images === 0}
                onClick={() => sharing.now(wishOf(album))}
              >
                Share
              </Menu.Item>
              <Menu.Item leftSection={<Icon name="link" />} onClick={() => sharing.links(wishOf(album))}>
                Links…
              </Menu.Item>
              {hasPeople && (
                <Menu.Item leftSection={<Icon name="user" />} onClick={() => setDialog('people')}>
                  People…
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<Icon name="download" />}
                disabled={album.images === 0}
                onClick={() => setDialog('download')}
              >
                Download
              </Menu.Item>
              <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={() => setDialog('delete')}>
                Delete album
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </span>
      {album !== undefined && <p className={classes['about']}>{count(album.images, 'picture', 'pictures')}</p>}
      <Suspense fallback={null}>
        {dialog === 'rename' && (
          <NameDialog
            title="Rename album"
            action="Rename"
            value={album?.name ?? ''}
            fault={update.error === null ? null : wordsOf(update.error)}
            busy={update.isPending}
            onClose={close}
            onSubmit={(name) => update.mutate({ id, change: { name } }, { onSuccess: close })}
          />
        )}
        {dialog === 'people' && <PeopleDialog albumId={id} name={album?.name ?? 'this album'} onClose={close} />}
        {dialog === 'download' && (
          <DownloadPictures
            pictures={count(album?.images ?? 0, 'picture', 'pictures')}
            selection={{ search: { album: id } }}
            sort="album"
            onClose={close}
          />
        )}
        {dialog === 'delete' && (
          <ConfirmDialog
            title="Delete this album?"
            text="Its pictures stay in the library."
            action="Delete album"
            onCancel={close}
            onConfirm={() => void apart()}
          />
        )}
      </Suspense>
    </div>
  )
}
