import type { Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { wordsOf } from '#data/client.ts'
import { albumsOfQuery, useAlbumMembers, useTagImage } from '#data/collections.ts'
import { Chip, Chips } from '#parts/chip.tsx'
import { Icon } from '#parts/icon.tsx'
import { tagSearch, tagWords } from '#parts/tag-words.ts'
import { AlbumMenu } from './album-menu.tsx'
import { useChangeImage } from './change-image.ts'
import { OwnWords } from './own-words.tsx'
import classes from './picture-keeping.module.css'
import { TagBox } from './tag-box.tsx'

const failed = (error: unknown) => notifications.show({ message: `It could not be changed: ${wordsOf(error)}` })

/** What people add to a picture so that they find it again. */
export function PictureKeeping({ image }: { readonly image: Image }) {
  const change = useChangeImage()
  return (
    <>
      <OwnWords
        label="Title"
        lines="one"
        maxLength={300}
        value={image.title ?? ''}
        onSave={(title) => change(image, { title: title === '' ? null : title })}
      />
      <Tags image={image} />
      <Albums image={image} />
      <OwnWords
        label="Notes"
        lines="many"
        maxLength={100_000}
        value={image.notes ?? ''}
        onSave={(notes) => change(image, { notes: notes === '' ? null : notes })}
      />
    </>
  )
}

function Tags({ image }: { readonly image: Image }) {
  const { mutate } = useTagImage()
  return (
    <section className={classes['part']}>
      <h3 className={classes['title']}>Tags</h3>
      {image.tags.length > 0 && (
        <Chips label="Tags">
          {image.tags.map((tag) => (
            <Chip
              key={tagWords(tag)}
              removeLabel={`Remove tag: ${tagWords(tag)}`}
              onRemove={() => mutate({ image, tags: [tag], on: false }, { onError: failed })}
            >
              <Link to="/library" search={{ q: tagSearch(tag) }}>
                {tagWords(tag)}
              </Link>
            </Chip>
          ))}
        </Chips>
      )}
      <TagBox
        label="Add a tag"
        taken={image.tags}
        onPick={(tag) => mutate({ image, tags: [tag], on: true }, { onError: failed })}
      />
    </section>
  )
}

function Albums({ image }: { readonly image: Image }) {
  const { data: albums = [] } = useQuery(albumsOfQuery(image.id))
  const { mutate } = useAlbumMembers()
  const put = (albumId: string, on: boolean) => mutate({ albumId, imageIds: [image.id], on }, { onError: failed })
  return (
    <section className={classes['part']}>
      <h3 className={classes['title']}>Albums</h3>
      {albums.length > 0 && (
        <Chips label="Albums">
          {albums.map(({ id, name }) => (
            <Chip key={id} removeLabel={`Take out of ${name}`} onRemove={() => put(id, false)}>
              <Link to="/library" search={{ album: id }}>
                {name}
              </Link>
            </Chip>
          ))}
        </Chips>
      )}
      <div>
        <AlbumMenu without={albums.map(({ id }) => id)} onPick={({ id }) => put(id, true)}>
          <Button variant="light" leftSection={<Icon name="album" />}>
            Add to album
          </Button>
        </AlbumMenu>
      </div>
    </section>
  )
}
