import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { clearWords } from '#data/bulk.ts'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './trash-line.module.css'

interface ClearDialogProps {
  readonly onConfirm: () => void
  readonly onCancel: () => void
}

/** Every picture goes to the trash: whoever wants that types it. */
export function ClearDialog({ onConfirm, onCancel }: ClearDialogProps) {
  const [typed, setTyped] = useState('')
  useFocusReturn()
  return (
    <Modal opened onClose={onCancel} title="Clear the library?" size={440}>
      <form
        className={classes['form']}
        aria-label="Clear the library"
        onSubmit={(event) => {
          event.preventDefault()
          if (typed.trim() === clearWords) onConfirm()
        }}
      >
        <p>Every picture moves to the trash, where it can be restored from until it is erased.</p>
        <TextInput
          label={`Type “${clearWords}” to confirm`}
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={classes['end']}>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" color="danger" disabled={typed.trim() !== clearWords}>
            Clear the library
          </Button>
        </div>
      </form>
    </Modal>
  )
}
