import type { NewWebhook, Webhook } from '@easel/contract'
import { Button, Modal } from '@mantine/core'
import { wordsOf } from '#data/client.ts'
import { useRenewWebhookSecret } from '#data/webhooks.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'
import { Once } from './once.tsx'

interface ShownSecretProps {
  readonly webhook: NewWebhook
  readonly onClose: () => void
}

/** Shows a secret this once. */
export function ShownSecret({ webhook, onClose }: ShownSecretProps) {
  return (
    <Modal opened onClose={onClose} title={`The secret of “${webhook.name}”`} size={440} closeOnClickOutside={false}>
      <div className={classes['wide']}>
        <p>Copy it now: it is not shown again. With it the program checks that messages come from here.</p>
        <Once what="Secret" lines={[webhook.secret]} />
        <div className={classes['end']}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Modal>
  )
}

interface SecretDialogProps {
  readonly webhook: Webhook
  readonly onClose: () => void
}

/** Makes another secret, and shows it this once. */
export function SecretDialog({ webhook, onClose }: SecretDialogProps) {
  const renew = useRenewWebhookSecret()
  useFocusReturn()
  if (renew.data !== undefined) return <ShownSecret webhook={renew.data} onClose={onClose} />
  return (
    <Modal opened onClose={onClose} title="Renew the secret?" size={440}>
      <div className={classes['wide']}>
        {renew.error !== null && <Notice tone="danger">{wordsOf(renew.error)}</Notice>}
        <p>
          Messages are signed with the new secret from now on, and for a day with the old one too: time to give the new
          one to the program.
        </p>
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button data-autofocus loading={renew.isPending} onClick={() => renew.mutate(webhook.id)}>
            Renew
          </Button>
        </div>
      </div>
    </Modal>
  )
}
