import type { CountedTag } from '@easel/contract'
import { Button, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { allTagsQuery, mostTags } from '#data/tags.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { tagSearch, tagWords } from '#parts/tag-words.ts'
import { TagActions } from './tag-actions.tsx'
import classes from './tags-screen.module.css'

const PAUSE = 150

/** Every tag with what can be done about it. */
export function TagsScreen() {
  const [text, setText] = useState('')
  const [typed] = useDebouncedValue(text.trim(), PAUSE)
  const tags = useQuery(allTagsQuery(typed))
  return (
    <div className={classes['screen']}>
      <header className={classes['header']}>
        <h1 className={classes['title']}>Tags</h1>
        <Button component={Link} to="/library" variant="subtle" leftSection={<Icon name="left" />}>
          Library
        </Button>
      </header>
      <TextInput
        className={classes['field'] ?? ''}
        type="search"
        aria-label="Find a tag"
        placeholder="Find a tag"
        maxLength={200}
        autoComplete="off"
        leftSection={<Icon name="search" />}
        leftSectionPointerEvents="none"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {tags.error !== null && (
        <EmptyState icon="warning" title="The tags could not be read" text={wordsOf(tags.error)}>
          <Button onClick={() => void tags.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {tags.isPending && <WaitingRows label="Loading tags" />}
      {tags.data !== undefined && <TagRows tags={tags.data} typed={typed} />}
    </div>
  )
}

function TagRows({ tags, typed }: { readonly tags: readonly CountedTag[]; readonly typed: string }) {
  if (tags.length === 0) {
    return typed === '' ? (
      <EmptyState icon="tag" title="No tags yet" text="Open a picture, or select some, and give them tags." />
    ) : (
      <EmptyState icon="search" title="No such tag" text={`No tag has “${typed}” in it.`} />
    )
  }
  return (
    <>
      <p className={classes['count']} role="status">
        {tags.length < mostTags
          ? count(tags.length, 'tag', 'tags')
          : `The ${mostTags} most used tags; type to find others`}
      </p>
      <Rows label="Tags" framed>
        {tags.map((tag) => (
          <Row
            key={tag.id}
            name={
              <Link to="/library" search={{ q: tagSearch(tag) }} className={classes['tag']}>
                {tagWords(tag)}
              </Link>
            }
            facts={[count(tag.images, 'picture', 'pictures')]}
          >
            <TagActions tag={tag} />
          </Row>
        ))}
      </Rows>
    </>
  )
}
