import type { Connection, ProviderInfo } from '@easel/contract'
import { ActionIcon, Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useDeleteConnection, useMakeDefault, useTestConnection } from '#data/connection-mutations.ts'
import { useAuthStatus } from '#data/session.ts'
import { ConfirmDialog } from '#parts/confirm-dialog.tsx'
import { Icon } from '#parts/icon.tsx'
import classes from './connection-card.module.css'
import { ModelList } from './model-list.tsx'

interface ConnectionCardProps {
  readonly connection: Connection
  readonly provider: ProviderInfo | null
  /** Name of the one that is asked when this one does not take the work, or null. */
  readonly fallback: string | null
  readonly onEdit: () => void
}

/** What is known of it; of somebody else's that is only what it is. */
function factsOf(connection: Connection, provider: ProviderInfo | null): string[] {
  const { name, baseUrl, hasKey, keyHint, defaultModel, mine } = connection
  const label = provider?.label ?? connection.provider
  const address = baseUrl ?? provider?.defaultBaseUrl ?? null
  const noKey = provider?.key === 'required' ? 'No key' : ''
  const own = mine ? [address?.replace(/^https?:\/\//, '') ?? '', hasKey ? `Key …${keyHint ?? ''}` : noKey] : []
  return [label === name ? '' : label, ...own, defaultModel ?? ''].filter((fact) => fact !== '')
}

const failed = (error: unknown) => notifications.show({ message: wordsOf(error) })

/** One engine: what it is, whether it answers, and what can be done with it. */
export function ConnectionCard({ connection, provider, fallback, onEdit }: ConnectionCardProps) {
  const test = useTestConnection()
  const remove = useDeleteConnection()
  const [asking, setAsking] = useState(false)
  const { name, mine } = connection
  return (
    <section className={classes['card']} aria-label={name}>
      <div className={classes['row']}>
        <Words connection={connection} provider={provider} fallback={fallback} />
        <div className={classes['actions']}>
          {mine ? (
            <>
              <Button variant="default" loading={test.isPending} onClick={() => test.mutate(connection.id)}>
                Test
              </Button>
              <OwnMenu connection={connection} onEdit={onEdit} onDelete={() => setAsking(true)} />
            </>
          ) : (
            <DefaultButton connection={connection} />
          )}
        </div>
      </div>
      <ModelList connection={connection} />
      <TestResult test={test} />
      {asking && (
        <ConfirmDialog
          title={`Delete ${name}?`}
          text="Its key is forgotten. The pictures that it made stay."
          action="Delete"
          onCancel={() => setAsking(false)}
          onConfirm={() => {
            setAsking(false)
            remove.mutate(connection, { onError: failed })
          }}
        />
      )}
    </section>
  )
}

function Words({ connection, provider, fallback }: Omit<ConnectionCardProps, 'onEdit'>) {
  const { name, isDefault, shared, mine } = connection
  const accounts = useAuthStatus()?.mode === 'accounts'
  return (
    <div className={classes['words']}>
      <h2 className={classes['name']}>
        {name}
        {isDefault && <span className={classes['default']}>Default</span>}
        {accounts && shared && (
          <span className={classes['shared']}>{mine ? 'Offered to everybody' : 'Shared by an administrator'}</span>
        )}
      </h2>
      <p className={classes['facts']}>{factsOf(connection, provider).join(' · ')}</p>
      {fallback !== null && <p className={classes['facts']}>Fallback: {fallback}</p>}
      {provider?.ai === false && <p className={classes['facts']}>Draws by rules, not AI. Works without a key.</p>}
    </div>
  )
}

interface OwnMenuProps {
  readonly connection: Connection
  readonly onEdit: () => void
  readonly onDelete: () => void
}

function OwnMenu({ connection, onEdit, onDelete }: OwnMenuProps) {
  const makeDefault = useMakeDefault()
  return (
    <Menu width={210}>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${connection.name}`}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="edit" />} onClick={onEdit}>
          Edit
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="star" />}
          disabled={connection.isDefault}
          onClick={() => makeDefault.mutate(connection.id, { onError: failed })}
        >
          Make default
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={onDelete}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** All that one can change about somebody else's engine; guests keep what there is. */
function DefaultButton({ connection }: { readonly connection: Connection }) {
  const makeDefault = useMakeDefault()
  const guest = useAuthStatus()?.me?.role === 'guest'
  if (guest || connection.isDefault) return null
  return (
    <Button
      variant="default"
      aria-label={`Make ${connection.name} my default`}
      loading={makeDefault.isPending}
      onClick={() => makeDefault.mutate(connection.id, { onError: failed })}
    >
      Make default
    </Button>
  )
}

function TestResult({ test }: { readonly test: ReturnType<typeof useTestConnection> }) {
  if (test.isPending || (test.data === undefined && test.error === null)) return null
  const ok = test.data?.ok === true
  return (
    <p className={classes['result']} data-ok={ok || undefined} role="status">
      <Icon name={ok ? 'check' : 'warning'} size={16} />
      <span>{test.error === null ? test.data?.message : wordsOf(test.error)}</span>
    </p>
  )
}
