import type { Image } from '@easel/contract'
import { ActionIcon, Menu } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { pictureAddress, saveAddress } from '#data/downloads.ts'
import { Icon } from '#parts/icon.tsx'

const DownloadDialog = lazy(async () => ({ default: (await import('./download-dialog.tsx')).DownloadDialog }))

/** The ways to download a picture. */
export function DownloadMenu({ image }: { readonly image: Image }) {
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Menu width={230} position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label="Download">
            <Icon name="download" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component="a" href={pictureAddress(image, null)} download>
            Original
          </Menu.Item>
          <Menu.Item component="a" href={pictureAddress(image, { format: 'original', prompt: false })} download>
            Without the prompt
          </Menu.Item>
          <Menu.Item onClick={() => setAsking(true)}>Another format or size…</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking && (
        <Suspense fallback={null}>
          <DownloadDialog
            pictures="this picture"
            many={false}
            format="jpeg"
            onClose={() => setAsking(false)}
            onSubmit={(form) => {
              saveAddress(pictureAddress(image, form))
              setAsking(false)
            }}
          />
        </Suspense>
      )}
    </>
  )
}
