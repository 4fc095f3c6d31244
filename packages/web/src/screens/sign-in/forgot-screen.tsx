import { Button, TextInput } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useForgotPassword } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { Card, CardForm } from './card.tsx'
import { TextLink } from './text-link.tsx'

/** Asks for a link that sets a new password. */
export function ForgotScreen() {
  const { to } = useSearch({ strict: false })
  const [email, setEmail] = useState('')
  const forgot = useForgotPassword()
  const { general, fields } = faultsOf(forgot.error, ['email'])
  const foot = (
    <TextLink to="/sign-in" wanted={to}>
      Back to signing in
    </TextLink>
  )
  if (forgot.data !== undefined) {
    return (
      <Card title={forgot.data.mail ? 'Look at your mail' : 'Ask an administrator'} foot={foot}>
        <Notice tone="quiet">{forgot.data.message}</Notice>
      </Card>
    )
  }
  return (
    <Card title="Forgot your password?" lead="A link that sets a new one comes by mail." foot={foot}>
      <CardForm label="Forgot password" fault={general} onSubmit={() => forgot.mutate(email.trim())}>
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          withAsterisk={false}
          value={email}
          error={fields['email']}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Button type="submit" fullWidth loading={forgot.isPending}>
          Send the link
        </Button>
      </CardForm>
    </Card>
  )
}
