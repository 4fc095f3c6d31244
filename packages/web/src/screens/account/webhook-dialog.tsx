import { WebhookEvent, type Webhook } from '@easel/contract'
import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useCreateWebhook, useUpdateWebhook } from '#data/webhooks.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'
import dialog from './key-dialog.module.css'
import { ShownSecret } from './webhook-secret.tsx'
import { eventWords, newWebhookValues, webhookBody, type WebhookValues } from './webhook-words.ts'

interface WebhookDialogProps {
  /** Absent: a new one. */
  readonly webhook?: Webhook
  readonly onClose: () => void
}

/** Makes a webhook, whose secret is shown this once, or changes one. */
export function WebhookDialog({ webhook, onClose }: WebhookDialogProps) {
  const create = useCreateWebhook()
  const update = useUpdateWebhook()
  useFocusReturn()
  if (create.data !== undefined) return <ShownSecret webhook={create.data} onClose={onClose} />
  const save = (values: WebhookValues) => {
    const body = webhookBody(values)
    if (webhook === undefined) create.mutate(body)
    else update.mutate({ id: webhook.id, ...body }, { onSuccess: onClose })
  }
  return (
    <Modal opened onClose={onClose} title={webhook === undefined ? 'Add a webhook' : 'Change the webhook'} size={480}>
      <WebhookForm
        start={webhook ?? newWebhookValues}
        action={webhook === undefined ? 'Add' : 'Save'}
        busy={create.isPending || update.isPending}
        error={create.error ?? update.error}
        onSave={save}
        onClose={onClose}
      />
    </Modal>
  )
}

interface WebhookFormProps {
  readonly start: WebhookValues
  readonly action: string
  readonly busy: boolean
  readonly error: unknown
  readonly onSave: (values: WebhookValues) => void
  readonly onClose: () => void
}

function WebhookForm({ start, action, busy, error, onSave, onClose }: WebhookFormProps) {
  const [values, setValues] = useState(start)
  const { general, fields } = faultsOf(error, ['name', 'url', 'events'])
  return (
    <form
      className={classes['wide']}
      aria-label="Webhook"
      onSubmit={(event) => {
        event.preventDefault()
        onSave(values)
      }}
    >
      {general !== null && <Notice tone="danger">{general}</Notice>}
      <TextInput
        label="Name"
        placeholder="What is told"
        autoComplete="off"
        required
        withAsterisk={false}
        maxLength={100}
        data-autofocus
        value={values.name}
        error={fields['name']}
        onChange={(event) => setValues({ ...values, name: event.currentTarget.value })}
      />
      <TextInput
        label="Address"
        description="Messages are sent there by POST."
        placeholder="https://"
        type="url"
        autoComplete="off"
        required
        withAsterisk={false}
        maxLength={2000}
        value={values.url}
        error={fields['url']}
        onChange={(event) => setValues({ ...values, url: event.currentTarget.value })}
      />
      <EventChoice chosen={values.events} onChoose={(events) => setValues({ ...values, events })} />
      <div className={classes['end']}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={busy} disabled={values.events.length === 0}>
          {action}
        </Button>
      </div>
    </form>
  )
}

interface EventChoiceProps {
  readonly chosen: readonly WebhookEvent[]
  readonly onChoose: (events: readonly WebhookEvent[]) => void
}

function EventChoice({ chosen, onChoose }: EventChoiceProps) {
  return (
    <fieldset className={dialog['scopes']}>
      <legend className={dialog['legend']}>It is told of</legend>
      {WebhookEvent.options.map((event) => (
        <Checkbox
          key={event}
          label={eventWords[event].label}
          description={eventWords[event].help}
          checked={chosen.includes(event)}
          onChange={({ currentTarget: { checked } }) =>
            onChoose(checked ? [...chosen, event] : chosen.filter((other) => other !== event))
          }
        />
      ))}
    </fieldset>
  )
}
