import { Button, Modal, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'

interface PasswordDialogProps {
  readonly title: string
  readonly text: string
  /** What the button says. */
  readonly action: string
  readonly danger?: boolean
  readonly busy: boolean
  readonly error: unknown
  readonly onPassword: (password: string) => void
  readonly onClose: () => void
}

/** Asks for the password once more, before something that guards the account changes. */
export function PasswordDialog({ title, text, action, danger, busy, error, onPassword, onClose }: PasswordDialogProps) {
  const [password, setPassword] = useState('')
  const { general, fields } = faultsOf(error, ['password'])
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={title} size={420}>
      <form
        className={classes['wide']}
        onSubmit={(event) => {
          event.preventDefault()
          onPassword(password)
        }}
      >
        <p>{text}</p>
        {general !== null && <Notice tone="danger">{general}</Notice>}
        <PasswordInput
          label="Your password"
          autoComplete="current-password"
          required
          withAsterisk={false}
          data-autofocus
          value={password}
          error={fields['password']}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color={danger === true ? 'danger' : 'accent'} loading={busy}>
            {action}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
