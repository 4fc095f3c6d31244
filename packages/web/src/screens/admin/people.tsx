import type { ManagedUser } from '@easel/contract'
import { ActionIcon, Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usersQuery, useUpdateUser } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { useAuthStatus } from '#data/session.ts'
import { Badge } from '#parts/badge.tsx'
import { EmptyState } from '#parts/empty-state.tsx'
import { ago, bytes, count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { MoreSentinel } from '#parts/more-sentinel.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { useNow } from '#parts/use-now.ts'
import { QuotaDialog } from './quota-dialog.tsx'
import { RemoveDialog } from './remove-dialog.tsx'

type Asking = { readonly about: 'quota' | 'removal'; readonly user: ManagedUser } | null

/** Everybody on this server, and what can be done about each. */
export function AdminPeople() {
  const users = useInfiniteQuery(usersQuery())
  const [asking, setAsking] = useState<Asking>(null)
  const list = itemsOf(users.data)
  if (users.error !== null && list.length === 0) {
    return (
      <EmptyState icon="warning" title="The people could not be read" text={wordsOf(users.error)}>
        <Button onClick={() => void users.refetch()}>Try again</Button>
      </EmptyState>
    )
  }
  if (users.isPending) return <WaitingRows label="Loading the people" />
  const close = () => setAsking(null)
  return (
    <>
      <Rows label="People" framed>
        {list.map((user) => (
          <Person
            key={user.id}
            user={user}
            onQuota={() => setAsking({ about: 'quota', user })}
            onRemove={() => setAsking({ about: 'removal', user })}
          />
        ))}
      </Rows>
      {users.hasNextPage && <MoreSentinel onMore={() => void users.fetchNextPage()} />}
      {asking?.about === 'quota' && <QuotaDialog user={asking.user} onClose={close} />}
      {asking?.about === 'removal' && <RemoveDialog user={asking.user} onClose={close} />}
    </>
  )
}

function stateOf({ role, disabledAt, removal, expiresAt }: ManagedUser): string | null {
  if (removal !== null) return 'Being removed'
  if (disabledAt !== null) return 'Kept out'
  if (role === 'admin') return 'Administrator'
  if (role === 'guest') return expiresAt === null ? 'Guest' : `Guest until ${new Date(expiresAt).toLocaleDateString()}`
  return null
}

interface PersonProps {
  readonly user: ManagedUser
  readonly onQuota: () => void
  readonly onRemove: () => void
}

function Person({ user, onQuota, onRemove }: PersonProps) {
  const now = useNow(60_000, true)
  const state = stateOf(user)
  const self = useAuthStatus()?.me?.id === user.id
  const seen = user.lastSeenAt === null ? 'not signed in' : `seen ${ago(Date.parse(user.lastSeenAt), now)}`
  const facts = [user.email ?? '', count(user.images, 'picture', 'pictures'), bytes(user.bytes), seen]
  return (
    <Row
      name={
        <>
          {user.name}
          {self && <Badge tone="accent">You</Badge>}
          {state !== null && <Badge>{state}</Badge>}
          {user.twoFactor && <Badge>Two-factor</Badge>}
        </>
      }
      facts={facts}
      faded={user.disabledAt !== null}
    >
      {user.removal === null && <PersonMenu user={user} self={self} onQuota={onQuota} onRemove={onRemove} />}
    </Row>
  )
}

function PersonMenu({ user, self, onQuota, onRemove }: PersonProps & { readonly self: boolean }) {
  const update = useUpdateUser()
  const out = user.disabledAt !== null
  const change = (body: Parameters<typeof update.mutate>[0]['change'], said: string) =>
    update.mutate(
      { id: user.id, change: body },
      {
        onSuccess: () => notifications.show({ message: said }),
        onError: (error) => notifications.show({ message: wordsOf(error) }),
      },
    )
  return (
    <Menu width={230}>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${user.name}`} loading={update.isPending}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="sliders" />} onClick={onQuota}>
          Limits
        </Menu.Item>
        {user.role === 'user' && (
          <Menu.Item
            leftSection={<Icon name="star" />}
            onClick={() => change({ role: 'admin' }, `${user.name} is an administrator now.`)}
          >
            Make administrator
          </Menu.Item>
        )}
        {user.role === 'admin' && (
          <Menu.Item
            leftSection={<Icon name="star" />}
            onClick={() => change({ role: 'user' }, `${user.name} is no administrator any more.`)}
          >
            Make ordinary user
          </Menu.Item>
        )}
        {!self && (
          <>
            <Menu.Item
              leftSection={<Icon name={out ? 'restore' : 'lock'} />}
              onClick={() =>
                change(
                  { disabled: !out },
                  out ? `${user.name} may sign in again.` : `${user.name} is signed out and kept out.`,
                )
              }
            >
              {out ? 'Let in again' : 'Keep out'}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={onRemove}>
              Remove…
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
