import type { Generation } from '@easel/contract'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { itemsOf } from '#data/pages.ts'
import { generationsQuery } from '#data/queries.ts'
import { useEngine } from '#data/use-engine.ts'
import { Composer } from './composer.tsx'
import { Feed } from './feed.tsx'
import classes from './studio-screen.module.css'
import { Welcome } from './welcome.tsx'

const none: Generation[] = []

/** Where pictures are asked for and watched. */
export function StudioScreen() {
  const feed = useInfiniteQuery(generationsQuery())
  const engine = useEngine()
  const generations = feed.data ? itemsOf(feed.data) : none
  const empty = feed.isSuccess && generations.length === 0
  return (
    <div className={classes['screen']} data-empty={empty || undefined}>
      <h1 className={classes['title']} data-shown={empty || undefined}>
        {empty ? 'What would you like to see?' : 'Studio'}
      </h1>
      <div className={classes['composer']}>
        <Composer engine={engine} />
      </div>
      {empty ? (
        <Welcome drawnByRules={engine.provider?.ai === false} />
      ) : (
        <Feed
          generations={generations}
          loading={feed.isPending}
          error={feed.error}
          hasMore={feed.hasNextPage}
          onMore={() => {
            if (!feed.isFetchingNextPage) void feed.fetchNextPage()
          }}
          onRetry={() => void feed.refetch()}
          sources={engine.model?.capabilities.sources ?? 0}
        />
      )}
      <Outlet />
    </div>
  )
}
