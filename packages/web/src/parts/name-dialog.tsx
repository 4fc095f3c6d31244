import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import classes from './name-dialog.module.css'
import { useFocusReturn } from './use-focus-return.ts'

interface NameDialogProps {
  readonly title: string
  readonly action: string
  readonly value?: string
  /** Why the name cannot be taken, or null. */
  readonly fault: string | null
  readonly busy: boolean
  readonly onSubmit: (name: string) => void
  readonly onClose: () => void
}

/** Asks for a name. */
export function NameDialog({ title, action, value = '', fault, busy, onSubmit, onClose }: NameDialogProps) {
  const [name, setName] = useState(value)
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={title} size={420} zIndex={320}>
      <form
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') onSubmit(name.trim())
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          maxLength={200}
          value={name}
          error={fault}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
