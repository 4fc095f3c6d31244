import type { Webhook, WebhookDelivery } from '@easel/contract'
import { Button, Modal } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { deliveriesQuery, useResendDelivery } from '#data/webhooks.ts'
import { Badge } from '#parts/badge.tsx'
import { dateTime } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { Notice } from '#parts/notice.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'
import { deliveryFacts, deliveryName, deliveryState } from './webhook-words.ts'

interface DeliveriesDialogProps {
  readonly webhook: Webhook
  readonly onClose: () => void
}

/** What a webhook was told, and what became of it. */
export function DeliveriesDialog({ webhook, onClose }: DeliveriesDialogProps) {
  const log = useInfiniteQuery(deliveriesQuery(webhook.id))
  const resend = useResendDelivery()
  const deliveries = itemsOf(log.data)
  const error = log.error ?? resend.error
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={`Deliveries of “${webhook.name}”`} size={640}>
      <div className={classes['wide']}>
        {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
        {log.isPending && <WaitingRows label="Loading the deliveries" />}
        {log.isSuccess && deliveries.length === 0 && (
          <p className={classes['quiet']}>It was told nothing yet. What it is told stands here for 30 days.</p>
        )}
        {deliveries.length > 0 && (
          <Rows label="Deliveries">
            {deliveries.map((delivery) => (
              <DeliveryRow
                key={delivery.id}
                delivery={delivery}
                canResend={webhook.enabled && !resend.isPending}
                onResend={() => resend.mutate(delivery.id)}
              />
            ))}
          </Rows>
        )}
        {log.hasNextPage && (
          <Button variant="subtle" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            Show more
          </Button>
        )}
      </div>
    </Modal>
  )
}

interface DeliveryRowProps {
  readonly delivery: WebhookDelivery
  readonly canResend: boolean
  readonly onResend: () => void
}

function DeliveryRow({ delivery, canResend, onResend }: DeliveryRowProps) {
  const name = deliveryName(delivery)
  return (
    <Row
      name={
        <>
          {name}
          <Badge tone={delivery.state === 'delivered' ? 'accent' : 'quiet'}>{deliveryState(delivery)}</Badge>
        </>
      }
      facts={deliveryFacts(delivery, dateTime)}
    >
      <IconButton
        icon="retry"
        label={`Send again: ${name}, ${dateTime(Date.parse(delivery.happenedAt))}`}
        disabled={!canResend}
        onClick={onResend}
      />
    </Row>
  )
}
