import type { Connection } from '@easel/contract'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { connectionsQuery, providersQuery } from '#data/queries.ts'
import { useAuthStatus } from '#data/session.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { Icon } from '#parts/icon.tsx'
import { ConnectionCard } from './connection-card.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import classes from './connections-screen.module.css'
import { FamilySection } from './family-section.tsx'
import { TextModelSection } from './text-model-section.tsx'

type Editing = { readonly connection: Connection | null } | null

/** The engines that pictures can be asked of. */
export function ConnectionsScreen() {
  const connections = useQuery(connectionsQuery())
  const providers = useQuery(providersQuery())
  const [editing, setEditing] = useState<Editing>(null)
  const guest = useAuthStatus()?.me?.role === 'guest'
  const error = connections.error ?? providers.error
  const list = connections.data ?? []
  return (
    <div className={classes['screen']}>
      <header className={classes['header']}>
        <div>
          <h1 className={classes['title']}>Engines</h1>
          <p className={classes['lead']}>
            {guest
              ? 'What an administrator shares with guests. With an account you can add your own.'
              : 'Cloud services with your own key, or programs on your own machines.'}
          </p>
        </div>
        {!guest && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setEditing({ connection: null })}>
            Add engine
          </Button>
        )}
      </header>
      {error !== null && list.length === 0 ? (
        <EmptyState icon="warning" title="The engines could not be read" text={wordsOf(error)}>
          <Button onClick={() => void connections.refetch()}>Try again</Button>
        </EmptyState>
      ) : (
        <ul className={classes['list']} aria-label="Engines" aria-busy={connections.isPending}>
          {list.map((connection) => (
            <li key={connection.id}>
              <ConnectionCard
                connection={connection}
                fallback={list.find(({ id }) => id === connection.fallbackId)?.name ?? null}
                provider={providers.data?.find((one) => one.id === connection.provider) ?? null}
                onEdit={() => setEditing({ connection })}
              />
            </li>
          ))}
        </ul>
      )}
      <FamilySection connections={list} />
      <TextModelSection connections={list} providers={providers.data ?? []} />
      {editing !== null && (
        <ConnectionDialog
          connection={editing.connection}
          connections={list}
          providers={providers.data ?? []}
          onClose={() => setEditing(null)}
        />
      )}
    </div>
  )
}
