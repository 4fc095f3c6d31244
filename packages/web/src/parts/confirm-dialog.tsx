import { Button, Checkbox, Modal } from '@mantine/core'
import { useState } from 'react'
import classes from './confirm-dialog.module.css'
import { useFocusReturn } from './use-focus-return.ts'

interface ConfirmDialogProps {
  readonly title: string
  readonly text: string
  /** What the dangerous button says. */
  readonly action: string
  /** With it there is a "Don't ask again" box, whose state is handed to `onConfirm`. */
  readonly canSkip?: boolean
  readonly onConfirm: (skipNextTime: boolean) => void
  readonly onCancel: () => void
}

export function ConfirmDialog({ title, text, action, canSkip, onConfirm, onCancel }: ConfirmDialogProps) {
  const [skip, setSkip] = useState(false)
  useFocusReturn()
  return (
    <Modal opened onClose={onCancel} title={title} size={420} zIndex={320}>
      <p className={classes['text']}>{text}</p>
      {canSkip === true && (
        <Checkbox
          className={classes['skip'] ?? ''}
          label="Don't ask again"
          checked={skip}
          onChange={(event) => setSkip(event.currentTarget.checked)}
        />
      )}
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button color="danger" data-autofocus onClick={() => onConfirm(skip)}>
          {action}
        </Button>
      </div>
    </Modal>
  )
}
