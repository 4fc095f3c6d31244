import type { Overview as State } from '@easel/contract'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { overviewQuery } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { ago, bytes, count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { WaitingRows } from '#parts/rows.tsx'
import { useNow } from '#parts/use-now.ts'
import classes from './overview.module.css'

/** How the server is doing, kept up to date while it is looked at. */
export function AdminOverview() {
  const { data, error, refetch } = useQuery(overviewQuery())
  if (error !== null && data === undefined) {
    return (
      <EmptyState icon="warning" title="The overview could not be read" text={wordsOf(error)}>
        <Button onClick={() => void refetch()}>Try again</Button>
      </EmptyState>
    )
  }
  if (data === undefined) return <WaitingRows label="Loading the overview" />
  return (
    <div className={classes['overview']}>
      <Warnings state={data} />
      <dl className={classes['tiles']}>
        {tilesOf(data).map(({ label, value, more }) => (
          <div key={label} className={classes['tile']}>
            <dt>{label}</dt>
            <dd className={classes['value']}>{value}</dd>
            <dd className={classes['more']}>{more}</dd>
          </div>
        ))}
      </dl>
      <Queue state={data} />
      <p className={classes['version']}>
        Easel {data.version} · {data.database === 'pglite' ? 'embedded database' : 'PostgreSQL'}
      </p>
    </div>
  )
}

function tilesOf({ users, storage, lastDay }: State) {
  const people = users.admin + users.user
  const others = [
    users.guest > 0 ? count(users.guest, 'guest', 'guests') : '',
    users.disabled > 0 ? `${users.disabled} kept out` : '',
  ].filter((text) => text !== '')
  return [
    {
      label: 'People',
      value: String(people),
      more: others.join(' · ') || count(users.admin, 'administrator', 'administrators'),
    },
    {
      label: 'Pictures',
      value: storage.images.toLocaleString(),
      more: `${storage.trashed.toLocaleString()} in the trash`,
    },
    {
      label: 'Stored',
      value: bytes(storage.bytes),
      more: storage.freeBytes === null ? 'No limit known' : `${bytes(storage.freeBytes)} free`,
    },
    {
      label: 'Last 24 hours',
      value: lastDay.succeeded.toLocaleString(),
      more: `${lastDay.failed.toLocaleString()} failed · ${lastDay.cancelled.toLocaleString()} cancelled`,
    },
  ]
}

const littleBytes = 2_000_000_000

function Warnings({ state: { storage } }: { readonly state: State }) {
  return (
    <>
      {storage.freeBytes !== null && storage.freeBytes < littleBytes && (
        <Notice tone="warning" title="The disk is nearly full">
          {bytes(storage.freeBytes)} are free where Easel keeps its data. New work is refused when less than the set
          limit is left.
        </Notice>
      )}
      {storage.damaged > 0 && (
        <Notice tone="warning" title={count(storage.damaged, 'picture is damaged', 'pictures are damaged')}>
          Their files are missing or changed. “easel doctor” says which.
        </Notice>
      )}
    </>
  )
}

function Queue({ state: { queue } }: { readonly state: State }) {
  const now = useNow(30_000, true)
  return (
    <section aria-labelledby="queue-title">
      <h2 id="queue-title" className={classes['heading']}>
        Queue
      </h2>
      {queue.length === 0 ? (
        <p className={classes['quiet']}>Nothing is waiting or running.</p>
      ) : (
        <ul className={classes['queue']}>
          {queue.map((lane) => (
            <li key={lane.connectionId} className={classes['lane']}>
              <span className={classes['engine']}>
                {lane.name}
                <small>
                  {lane.owner} · {lane.concurrency} at a time
                </small>
              </span>
              <span>{lane.running} running</span>
              <span>{lane.queued} waiting</span>
              <span className={classes['since']}>
                {lane.oldestAt === null ? '' : `first since ${ago(Date.parse(lane.oldestAt), now)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
