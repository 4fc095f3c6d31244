import type { Share } from '@easel/contract'
import { Button, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { sharesQuery } from '#data/shares.ts'
import { ChoiceChips } from '#parts/choice-chips.tsx'
import { EmptyState } from '#parts/empty-state.tsx'
import { Icon } from '#parts/icon.tsx'
import { MoreSentinel } from '#parts/more-sentinel.tsx'
import { Rows, WaitingRows } from '#parts/rows.tsx'
import { ShareRow } from './share-row.tsx'
import { fits, shareFilters, type ShareFilter } from './share-words.ts'
import classes from './shares-screen.module.css'
import { useSharing } from './sharing.tsx'

const everything: ShareFilter = { state: 'all', words: '' }

/** Every link that shows pictures to others. */
export function SharesScreen() {
  const [filter, setFilter] = useState<ShareFilter>(everything)
  const query = useInfiniteQuery(sharesQuery())
  const links = itemsOf(query.data)
  const shown = links.filter((share) => fits(share, filter))
  return (
    <div className={classes['screen']}>
      <h1 className={classes['title']}>Shared links</h1>
      {links.length > 0 && <Narrow filter={filter} onChange={setFilter} />}
      {query.isPending && <WaitingRows label="Loading the links" />}
      {query.error !== null && links.length === 0 && (
        <EmptyState icon="warning" title="The links could not be read" text={wordsOf(query.error)}>
          <Button onClick={() => void query.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {query.isSuccess && links.length === 0 && (
        <EmptyState
          icon="share"
          title="Nothing is shared"
          text="Share makes a link to a picture, an album or a selection. Whoever has it can look, without an account."
        />
      )}
      {links.length > 0 && shown.length === 0 && !query.hasNextPage && (
        <EmptyState icon="search" title="No such link" text="Nothing that is shared is called so, or is in this state.">
          <Button variant="default" onClick={() => setFilter(everything)}>
            Show all
          </Button>
        </EmptyState>
      )}
      <Links links={shown} />
      {query.hasNextPage && <MoreSentinel onMore={() => void query.fetchNextPage()} key={links.length} />}
    </div>
  )
}

interface NarrowProps {
  readonly filter: ShareFilter
  readonly onChange: (filter: ShareFilter) => void
}

function Narrow({ filter, onChange }: NarrowProps) {
  return (
    <div className={classes['narrow']} role="search">
      <TextInput
        className={classes['search'] ?? ''}
        type="search"
        aria-label="Find links"
        placeholder="Find"
        leftSection={<Icon name="search" />}
        value={filter.words}
        onChange={(event) => onChange({ ...filter, words: event.currentTarget.value })}
      />
      <ChoiceChips
        label="State"
        hideLabel
        chips={shareFilters}
        value={filter.state}
        onChange={(value) =>
          onChange({ ...filter, state: shareFilters.find((one) => one.value === value)?.value ?? 'all' })
        }
      />
    </div>
  )
}

function Links({ links }: { readonly links: readonly Share[] }) {
  const { change } = useSharing()
  if (links.length === 0) return null
  return (
    <Rows label="Shared links" framed>
      {links.map((share) => (
        <ShareRow key={share.id} share={share} pictured onEdit={() => change(share)} />
      ))}
    </Rows>
  )
}
