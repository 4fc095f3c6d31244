import type { Connection, ProviderInfo } from '@easel/contract'
import { ActionIcon, Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useDeleteConnection, useMakeDefault, useTestConnection } from '#data/connection-mutations.ts'
import { ConfirmDialog } from '#parts/confirm-dialog.tsx'
import { Icon } from '#parts/icon.tsx'
import classes from './connection-card.module.css'

interface ConnectionCardProps {
  readonly connection: Connection
  readonly provider: ProviderInfo | null
  readonly onEdit: () => void
}

function factsOf(connection: Connection, provider: ProviderInfo | null): string[] {
  const { name, baseUrl, hasKey, keyHint, defaultModel } = connection
  const label = provider?.label ?? connection.provider
  const address = baseUrl ?? provider?.defaultBaseUrl ?? null
  const noKey = provider?.key === 'required' ? 'No key' : ''
  return [
    label === name ? '' : label,
    address?.replace(/^https?:\/\//, '') ?? '',
    hasKey ? `Key …${keyHint ?? ''}` : noKey,
    defaultModel ?? '',
  ].filter((fact) => fact !== '')
}

/** One engine: what it is, whether it answers, and what can be done with it. */
export function ConnectionCard({ connection, provider, onEdit }: ConnectionCardProps) {
  const test = useTestConnection()
  const makeDefault = useMakeDefault()
  const remove = useDeleteConnection()
  const [asking, setAsking] = useState(false)
  const failed = (error: unknown) => notifications.show({ message: wordsOf(error) })
  return (
    <section className={classes['card']} aria-label={connection.name}>
      <div className={classes['row']}>
        <div className={classes['words']}>
          <h2 className={classes['name']}>
            {connection.name}
            {connection.isDefault && <span className={classes['default']}>Default</span>}
          </h2>
          <p className={classes['facts']}>{factsOf(connection, provider).join(' · ')}</p>
          {provider?.ai === false && <p className={classes['facts']}>Draws by rules, not AI. Works without a key.</p>}
        </div>
        <div className={classes['actions']}>
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate(connection.id)}>
            Test
          </Button>
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
              <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={() => setAsking(true)}>
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      <TestResult test={test} />
      {asking && (
        <ConfirmDialog
          title={`Delete ${connection.name}?`}
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
