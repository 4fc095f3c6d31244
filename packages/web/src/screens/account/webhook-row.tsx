import type { Webhook } from '@easel/contract'
import { ActionIcon, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { useTestWebhook, useUpdateWebhook } from '#data/webhooks.ts'
import { Badge } from '#parts/badge.tsx'
import { dateTime } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { Row } from '#parts/rows.tsx'
import { webhookFacts, webhookState } from './webhook-words.ts'

interface WebhookRowProps {
  readonly webhook: Webhook
  readonly onAsk: (about: 'change' | 'log' | 'secret' | 'removal') => void
}

const tell = (error: unknown) => notifications.show({ message: wordsOf(error) })

/** One webhook, and what can be done about it. */
export function WebhookRow({ webhook, onAsk }: WebhookRowProps) {
  const state = webhookState(webhook)
  return (
    <Row
      name={
        <>
          {webhook.name}
          {state !== null && <Badge>{state}</Badge>}
        </>
      }
      facts={webhookFacts(webhook, dateTime)}
      faded={!webhook.enabled}
    >
      <WebhookMenu webhook={webhook} onAsk={onAsk} />
    </Row>
  )
}

function WebhookMenu({ webhook, onAsk }: WebhookRowProps) {
  const update = useUpdateWebhook()
  const test = useTestWebhook()
  const { id, name, enabled, off } = webhook
  return (
    <Menu width={230}>
      <Menu.Target>
        <ActionIcon aria-label={`Actions for ${name}`} loading={update.isPending || test.isPending}>
          <Icon name="more" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Icon name="info" />} onClick={() => onAsk('log')}>
          Deliveries
        </Menu.Item>
        <Menu.Item
          leftSection={<Icon name="enter" />}
          // What becomes of it stands in the log.
          onClick={() => test.mutate(id, { onSuccess: () => onAsk('log'), onError: tell })}
        >
          Send a test
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="edit" />} onClick={() => onAsk('change')}>
          Edit
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="retry" />} onClick={() => onAsk('secret')}>
          Renew the secret…
        </Menu.Item>
        {off?.reason !== 'key-lost' && (
          <Menu.Item
            leftSection={<Icon name={enabled ? 'away' : 'check'} />}
            onClick={() => update.mutate({ id, enabled: !enabled }, { onError: tell })}
          >
            {enabled ? 'Switch off' : 'Switch on'}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={() => onAsk('removal')}>
          Remove…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
