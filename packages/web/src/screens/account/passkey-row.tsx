import type { Passkey } from '@easel/contract'
import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useRenamePasskey } from '#data/account.ts'
import { faultsOf } from '#data/form-faults.ts'
import { ConfirmDialog } from '#parts/confirm-dialog.tsx'
import { dateTime } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { Notice } from '#parts/notice.tsx'
import { Row } from '#parts/rows.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'

interface PasskeyRowProps {
  readonly passkey: Passkey
  readonly removing: boolean
  readonly onRemove: () => void
}

/** One passkey, and what can be done about it. */
export function PasskeyRow({ passkey, removing, onRemove }: PasskeyRowProps) {
  const [asking, setAsking] = useState<'name' | 'removal' | null>(null)
  const { name, synced, createdAt } = passkey
  const close = () => setAsking(null)
  return (
    <Row
      name={name}
      facts={[synced ? 'On all your devices' : 'On one device', `made ${dateTime(Date.parse(createdAt))}`]}
    >
      <IconButton icon="edit" label={`Rename the passkey ${name}`} onClick={() => setAsking('name')} />
      <IconButton
        icon="trash"
        label={`Remove the passkey ${name}`}
        disabled={removing}
        onClick={() => setAsking('removal')}
      />
      {asking === 'name' && <RenameDialog passkey={passkey} onClose={close} />}
      {asking === 'removal' && (
        <ConfirmDialog
          title={`Remove “${name}”?`}
          text="Nobody can sign in with this passkey any more. Your device may go on offering it; remove it there too."
          action="Remove"
          onCancel={close}
          onConfirm={() => {
            onRemove()
            close()
          }}
        />
      )}
    </Row>
  )
}

interface RenameDialogProps {
  readonly passkey: Passkey
  readonly onClose: () => void
}

function RenameDialog({ passkey, onClose }: RenameDialogProps) {
  const [name, setName] = useState(passkey.name)
  const rename = useRenamePasskey()
  const { general, fields } = faultsOf(rename.error, ['name'])
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title="Rename the passkey" size={420}>
      <form
        className={classes['wide']}
        onSubmit={(event) => {
          event.preventDefault()
          rename.mutate({ id: passkey.id, name: name.trim() }, { onSuccess: onClose })
        }}
      >
        {general !== null && <Notice tone="danger">{general}</Notice>}
        <TextInput
          label="Name"
          autoComplete="off"
          required
          withAsterisk={false}
          maxLength={100}
          data-autofocus
          value={name}
          error={fields['name']}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={rename.isPending}>
            Rename
          </Button>
        </div>
      </form>
    </Modal>
  )
}
