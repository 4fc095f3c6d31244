import { routes, type Image, type Tag } from '@easel/contract'
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, wordsOf } from '#data/client.ts'
import { storeImage } from '#data/event-sink.ts'
import { Notice } from '#parts/notice.tsx'
import { PictureFrame } from '#parts/picture-frame.tsx'
import classes from './add-images-dialog.module.css'

interface AddressImportProps {
  readonly tags: readonly Tag[]
  readonly onClose: () => void
}

interface Fetched {
  readonly image: Image
  readonly note: string | undefined
}

/** One picture by its address, fetched by the server. */
export function AddressImport({ tags, onClose }: AddressImportProps) {
  const client = useQueryClient()
  const [url, setUrl] = useState('')
  const fetching = useMutation({
    mutationFn: async (address: string): Promise<Fetched> => {
      const { data: image, note } = await call(routes.addImage, { body: { url: address, tags: [...tags] } })
      storeImage(client, image)
      return { image, note }
    },
    onSuccess: () => setUrl(''),
  })
  const { data, error, isPending } = fetching
  return (
    <>
      <form
        className={classes['addressRow']}
        onSubmit={(event) => {
          event.preventDefault()
          if (url.trim() !== '') fetching.mutate(url.trim())
        }}
      >
        <TextInput
          className={classes['address'] ?? ''}
          type="url"
          inputMode="url"
          label="Address of a picture"
          placeholder="https://…"
          autoComplete="off"
          maxLength={4000}
          data-autofocus
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Button type="submit" loading={isPending} disabled={url.trim() === ''}>
          Fetch
        </Button>
      </form>
      {error !== null && <Notice tone="danger">{wordsOf(error).replace(/^Url /, '')}</Notice>}
      {data !== undefined && (
        <>
          <div className={classes['result']}>
            <PictureFrame key={data.image.id} image={data.image} fit="contain" />
          </div>
          <div className={classes['row']}>
            <p className={classes['summary']} role="status">
              It is in your library. {data.note}
            </p>
            <Button variant="default" onClick={onClose}>
              Done
            </Button>
          </div>
        </>
      )}
    </>
  )
}
