import type { Webhook } from '@easel/contract'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useRemoveWebhook, webhooksQuery } from '#data/webhooks.ts'
import { ConfirmDialog } from '#parts/confirm-dialog.tsx'
import { Notice } from '#parts/notice.tsx'
import { Rows } from '#parts/rows.tsx'
import classes from './form.module.css'
import { Section, Sections } from './section.tsx'
import { DeliveriesDialog } from './webhook-deliveries.tsx'
import { WebhookDialog } from './webhook-dialog.tsx'
import { WebhookRow } from './webhook-row.tsx'
import { SecretDialog } from './webhook-secret.tsx'

type Asking =
  | { readonly about: 'new' }
  | { readonly about: 'change' | 'log' | 'secret' | 'removal'; readonly webhook: Webhook }

/** Other programs that are told what happens here. */
export function WebhooksPart() {
  const webhooks = useQuery(webhooksQuery())
  const [asking, setAsking] = useState<Asking | null>(null)
  const list = webhooks.data ?? []
  const close = () => setAsking(null)
  return (
    <Sections>
      <Section
        title="Webhooks"
        text="Have other programs told when something happens in your library: a chat, a script, an automation. Messages are signed, and tried again when they do not get through."
      >
        {webhooks.error !== null && <Notice tone="danger">{wordsOf(webhooks.error)}</Notice>}
        {list.length > 0 && (
          <Rows label="Webhooks">
            {list.map((webhook) => (
              <WebhookRow key={webhook.id} webhook={webhook} onAsk={(about) => setAsking({ about, webhook })} />
            ))}
          </Rows>
        )}
        {webhooks.isSuccess && list.length === 0 && <p className={classes['quiet']}>There are none yet.</p>}
        <div className={classes['buttons']}>
          <Button onClick={() => setAsking({ about: 'new' })}>Add a webhook</Button>
        </div>
      </Section>
      {asking?.about === 'new' && <WebhookDialog onClose={close} />}
      {asking?.about === 'change' && <WebhookDialog webhook={asking.webhook} onClose={close} />}
      {asking?.about === 'log' && <DeliveriesDialog webhook={asking.webhook} onClose={close} />}
      {asking?.about === 'secret' && <SecretDialog webhook={asking.webhook} onClose={close} />}
      {asking?.about === 'removal' && <RemovalDialog webhook={asking.webhook} onClose={close} />}
    </Sections>
  )
}

function RemovalDialog({ webhook, onClose }: { readonly webhook: Webhook; readonly onClose: () => void }) {
  const remove = useRemoveWebhook()
  const text =
    remove.error === null ? 'The program is told nothing any more, and the log goes too.' : wordsOf(remove.error)
  return (
    <ConfirmDialog
      title={`Remove “${webhook.name}”?`}
      text={text}
      action="Remove"
      onCancel={onClose}
      onConfirm={() => remove.mutate(webhook.id, { onSuccess: onClose })}
    />
  )
}
