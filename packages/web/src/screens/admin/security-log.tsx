import type { AuditEntry } from '@easel/contract'
import { Button, Select } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { auditQuery } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { dateTime } from '#parts/format.ts'
import { MoreSentinel } from '#parts/more-sentinel.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { actionWords, detailWords, knownActions } from './audit-words.ts'
import classes from './security-log.module.css'

const all = 'all'

/** What happened to accounts and keys, and who did it. */
export function AdminSecurityLog() {
  const [action, setAction] = useState<string | null>(null)
  const log = useInfiniteQuery(auditQuery(action))
  const entries = itemsOf(log.data)
  return (
    <div className={classes['log']}>
      <Select
        className={classes['filter'] ?? ''}
        aria-label="Kind of event"
        searchable
        allowDeselect={false}
        data={[
          { value: all, label: 'All events' },
          ...knownActions.map((value) => ({ value, label: actionWords(value) })),
        ]}
        value={action ?? all}
        onChange={(value) => setAction(value === all ? null : value)}
      />
      {log.isPending && <WaitingRows label="Loading the log" />}
      {entries.length === 0 && !log.isPending && (
        <EmptyState
          icon={log.error === null ? 'lock' : 'warning'}
          title={log.error === null ? 'Nothing of this kind yet' : 'The log could not be read'}
          text={
            log.error === null ? 'Sign-ins, keys and changes to accounts are written down here.' : wordsOf(log.error)
          }
        >
          {log.error !== null && <Button onClick={() => void log.refetch()}>Try again</Button>}
        </EmptyState>
      )}
      {entries.length > 0 && (
        <Rows label="Security events" framed>
          {entries.map((entry) => (
            <Entry key={entry.id} entry={entry} />
          ))}
        </Rows>
      )}
      {log.hasNextPage && <MoreSentinel onMore={() => void log.fetchNextPage()} />}
    </div>
  )
}

/** Somebody who is no longer here has no name. */
const nameOf = (person: AuditEntry['actor']): string =>
  person === null ? 'Nobody known' : (person.name ?? 'Somebody removed')

function Entry({ entry }: { readonly entry: AuditEntry }) {
  const { actor, subject, action, address, at } = entry
  const other = subject !== null && subject.id !== actor?.id ? nameOf(subject) : ''
  const facts = [nameOf(actor), other, detailWords(entry), address ?? '']
  return (
    <Row name={actionWords(action)} facts={facts}>
      <time className={classes['time']} dateTime={at}>
        {dateTime(Date.parse(at))}
      </time>
    </Row>
  )
}
