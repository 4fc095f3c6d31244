import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { sessionsQuery, useEndOtherSessions, useEndSession } from '#data/account.ts'
import { wordsOf } from '#data/client.ts'
import { useSignOut } from '#data/session.ts'
import { Badge } from '#parts/badge.tsx'
import { dateTime } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { Row, Rows } from '#parts/rows.tsx'
import { deviceWords } from './device-words.ts'
import classes from './form.module.css'
import { Section } from './section.tsx'

/** So many at first: who never signs out has dozens. */
const few = 5

/** Where one is signed in. */
export function SessionsSection() {
  const sessions = useQuery(sessionsQuery())
  const end = useEndSession()
  const endOthers = useEndOtherSessions()
  const signOut = useSignOut()
  const [all, setAll] = useState(false)
  const error = sessions.error ?? end.error ?? endOthers.error ?? signOut.error
  const list = (sessions.data ?? []).toSorted((one, other) => Number(other.current) - Number(one.current))
  const others = list.filter(({ current }) => !current).map(({ id }) => id)
  return (
    <Section title="Where you are signed in">
      {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
      <Rows label="Sessions">
        {list.slice(0, all ? undefined : few).map((session) => (
          <Row
            key={session.id}
            name={
              <>
                {deviceWords(session.userAgent)}
                {session.current && <Badge tone="accent">This device</Badge>}
              </>
            }
            facts={[session.address ?? '', `since ${dateTime(Date.parse(session.createdAt))}`]}
          >
            {!session.current && (
              <Button variant="subtle" disabled={end.isPending} onClick={() => end.mutate(session.id)}>
                Sign out
              </Button>
            )}
          </Row>
        ))}
      </Rows>
      <div className={classes['buttons']}>
        {!all && list.length > few && (
          <Button variant="default" onClick={() => setAll(true)}>
            Show all {list.length}
          </Button>
        )}
        {others.length > 0 && (
          <Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate(others)}>
            Sign out all others
          </Button>
        )}
        <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate('everywhere')}>
          Sign out everywhere
        </Button>
      </div>
    </Section>
  )
}
