import type { Generation } from '@easel/contract'
import { Button } from '@mantine/core'
import { wordsOf } from '#data/client.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { MoreSentinel } from '#parts/more-sentinel.tsx'
import classes from './feed.module.css'
import { GenerationCard } from './generation-card.tsx'

interface FeedProps {
  readonly generations: readonly Generation[]
  readonly loading: boolean
  readonly error: unknown
  readonly hasMore: boolean
  readonly onMore: () => void
  readonly onRetry: () => void
  /** Source pictures that the chosen model takes. */
  readonly sources: number
}

/** What was asked for lately, the newest first. */
export function Feed({ generations, loading, error, hasMore, onMore, onRetry, sources }: FeedProps) {
  if (error !== null && generations.length === 0) {
    return (
      <EmptyState icon="warning" title="The pictures could not be read" text={wordsOf(error)}>
        <Button onClick={onRetry}>Try again</Button>
      </EmptyState>
    )
  }
  return (
    <section className={classes['feed']} aria-label="Recent generations" aria-busy={loading}>
      {loading && <div className={classes['ghost']} />}
      {generations.map((generation) => (
        <GenerationCard key={generation.id} generation={generation} sources={sources} />
      ))}
      {hasMore && <MoreSentinel onMore={onMore} />}
    </section>
  )
}
