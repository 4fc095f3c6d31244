import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { wordsOf } from '#data/client.ts'
import { albumsQuery, useCreateAlbum } from '#data/collections.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './album-menu.module.css'

const NameDialog = lazy(async () => ({ default: (await import('#parts/name-dialog.tsx')).NameDialog }))

interface AlbumMenuProps {
  /** Ids of albums that are not offered. */
  readonly without?: readonly string[]
  readonly onPick: (album: { readonly id: string; readonly name: string }) => void
  /** The button. */
  readonly children: ReactNode
}

/** Chooses an album, or makes one. */
export function AlbumMenu({ without = [], onPick, children }: AlbumMenuProps) {
  const [naming, setNaming] = useState(false)
  const albums = useQuery(albumsQuery())
  const create = useCreateAlbum()
  const offered = (albums.data ?? []).filter(({ id }) => !without.includes(id))
  return (
    <>
      <Menu width={240} position="bottom-start">
        <Menu.Target>{children}</Menu.Target>
        <Menu.Dropdown className={classes['menu'] ?? ''}>
          {offered.map((album) => (
            <Menu.Item key={album.id} leftSection={<Icon name="album" />} onClick={() => onPick(album)}>
              {album.name}
            </Menu.Item>
          ))}
          {offered.length > 0 && <Menu.Divider />}
          <Menu.Item leftSection={<Icon name="plus" />} onClick={() => setNaming(true)}>
            New album…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {naming && (
        <Suspense fallback={null}>
          <NameDialog
            title="New album"
            action="Make it"
            fault={create.error === null ? null : wordsOf(create.error)}
            busy={create.isPending}
            onClose={() => {
              create.reset()
              setNaming(false)
            }}
            onSubmit={(name) =>
              create.mutate(name, {
                onSuccess: (album) => {
                  setNaming(false)
                  onPick(album)
                },
              })
            }
          />
        </Suspense>
      )}
    </>
  )
}
