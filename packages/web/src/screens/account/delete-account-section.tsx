import type { Me } from '@easel/contract'
import { Button, Modal, PasswordInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useDeleteAccount } from '#data/account.ts'
import { faultsOf } from '#data/form-faults.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'
import { Section } from './section.tsx'

/** The way out for good. */
export function DeleteAccountSection({ me }: { readonly me: Me }) {
  const [asking, setAsking] = useState(false)
  return (
    <Section
      title="Delete the account"
      text="Every picture, record and key of yours is erased. Export them first under “Usage and data”."
    >
      <div className={classes['buttons']}>
        <Button color="danger" variant="light" onClick={() => setAsking(true)}>
          Delete my account
        </Button>
      </div>
      {asking && <DeleteDialog me={me} onClose={() => setAsking(false)} />}
    </Section>
  )
}

interface DeleteDialogProps {
  readonly me: Me
  readonly onClose: () => void
}

function DeleteDialog({ me, onClose }: DeleteDialogProps) {
  const [typed, setTyped] = useState('')
  const [password, setPassword] = useState('')
  const remove = useDeleteAccount()
  const { general, fields } = faultsOf(remove.error, ['password'])
  const wanted = me.email ?? me.name
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title="Delete your account?" size={440}>
      <form
        className={classes['wide']}
        aria-label="Delete the account"
        onSubmit={(event) => {
          event.preventDefault()
          remove.mutate(me.hasPassword ? { password } : {})
        }}
      >
        <p>This cannot be undone. Everything of yours on this server is erased.</p>
        {general !== null && <Notice tone="danger">{general}</Notice>}
        <TextInput
          label={`Type “${wanted}” to confirm`}
          autoComplete="off"
          required
          withAsterisk={false}
          data-autofocus
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {me.hasPassword && (
          <PasswordInput
            label="Your password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={password}
            error={fields['password']}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        )}
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="danger" disabled={typed.trim() !== wanted} loading={remove.isPending}>
            Delete everything
          </Button>
        </div>
      </form>
    </Modal>
  )
}
