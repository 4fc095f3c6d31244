import type { Image, SharedAlbum } from '@easel/contract'
import { Button, Modal, Switch, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { useAddShared } from '#data/people.ts'
import { imagesQuery } from '#data/queries.ts'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { MoreSentinel } from '#parts/more-sentinel.tsx'
import { Notice } from '#parts/notice.tsx'
import { altOf, PictureFrame } from '#parts/picture-frame.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './add-pictures.module.css'
import dialogClasses from './people-dialog.module.css'

interface AddPicturesProps {
  readonly album: SharedAlbum
  readonly onClose: () => void
}

const TYPING_MS = 250

/** Chooses pictures of one's own library for an album that others see. */
export function AddPictures({ album, onClose }: AddPicturesProps) {
  const [words, setWords] = useState('')
  const [q] = useDebouncedValue(words.trim(), TYPING_MS)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [prompt, setPrompt] = useState(false)
  const query = useInfiniteQuery(imagesQuery({ trash: false, ...(q === '' ? {} : { q }) }))
  const add = useAddShared(album.id)
  useFocusReturn()
  const toggle = ({ id }: Image) =>
    setChosen((before) => {
      const after = new Set(before)
      if (!after.delete(id)) after.add(id)
      return after
    })
  const images = itemsOf(query.data)
  return (
    <Modal opened onClose={onClose} title={`Add pictures to “${album.name}”`} size={720}>
      <div className={dialogClasses['form']}>
        <TextInput
          type="search"
          aria-label="Search your library"
          placeholder="Search your library"
          leftSection={<Icon name="search" />}
          data-autofocus
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
        />
        {query.error !== null && <Notice tone="danger">{wordsOf(query.error)}</Notice>}
        {add.error !== null && <Notice tone="danger">{wordsOf(add.error)}</Notice>}
        <ul className={classes['pictures']} aria-label="Your pictures" tabIndex={-1}>
          {images.map((image) => (
            <li key={image.id}>
              <label className={classes['picture']}>
                <input
                  type="checkbox"
                  aria-label={altOf(image)}
                  checked={chosen.has(image.id)}
                  onChange={() => toggle(image)}
                />
                <PictureFrame image={image} />
                <span className={classes['check']}>
                  <Icon name="check" size={14} />
                </span>
              </label>
            </li>
          ))}
          {query.hasNextPage && (
            <li className={classes['more']}>
              <MoreSentinel key={images.length} onMore={() => void query.fetchNextPage()} />
            </li>
          )}
        </ul>
        {query.isSuccess && images.length === 0 && (
          <p className={dialogClasses['none']}>{q === '' ? 'There are no pictures yet.' : 'Nothing found.'}</p>
        )}
        {album.role !== 'owner' && (
          <Switch
            label="Tell their prompts and settings"
            description="They stay your pictures, and go from the album when you take them out or leave."
            checked={prompt}
            onChange={(event) => setPrompt(event.currentTarget.checked)}
          />
        )}
        <div className={dialogClasses['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={chosen.size === 0}
            loading={add.isPending}
            onClick={() => add.mutate({ imageIds: [...chosen], prompt }, { onSuccess: onClose })}
          >
            {chosen.size === 0 ? 'Add' : `Add ${count(chosen.size, 'picture', 'pictures')}`}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
