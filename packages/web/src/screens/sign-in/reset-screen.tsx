import { Button, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useResetPassword } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { Card, CardForm } from './card.tsx'
import { TextLink } from './text-link.tsx'
import { useFragment } from './use-fragment.ts'

/** A new password, by the link of a mail. */
export function ResetScreen() {
  const token = useFragment('token')
  const [password, setPassword] = useState('')
  const reset = useResetPassword()
  const { general, fields } = faultsOf(reset.error, ['password'])
  const foot = <TextLink to="/sign-in">Sign in</TextLink>
  if (token === null) {
    return (
      <Card title="This link is not whole" foot={foot}>
        <Notice tone="warning">Open the link from the mail once more, or ask for a new one.</Notice>
      </Card>
    )
  }
  if (reset.isSuccess) {
    return (
      <Card title="Your password is changed" foot={foot}>
        <Notice tone="quiet">Every device is signed out. Sign in with the new password.</Notice>
      </Card>
    )
  }
  return (
    <Card title="Choose a new password" lead="Every device that is signed in will be signed out.">
      <CardForm label="New password" fault={general} onSubmit={() => reset.mutate({ token, password })}>
        <PasswordInput
          label="New password"
          description="At least 10 characters. A few words in a row are fine."
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={password}
          error={fields['password']}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth loading={reset.isPending}>
          Change the password
        </Button>
      </CardForm>
    </Card>
  )
}
