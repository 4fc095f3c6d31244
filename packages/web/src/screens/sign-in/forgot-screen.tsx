import { Button, TextInput } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useAuthStatus, useForgotPassword } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { Card, CardForm } from './card.tsx'
import { TextLink } from './text-link.tsx'

/** Asks for a link that sets a new password. */
export function ForgotScreen() {
  const status = useAuthStatus()
  const { to } = useSearch({ strict: false })
  const [email, setEmail] = useState('')
  const forgot = useForgotPassword()
  const { general, fields } = faultsOf(forgot.error, ['email'])
  const foot = (
    <TextLink to="/sign-in" wanted={to}>
      Back to signing in
    </TextLink>
  )
  if (status === undefined) return null
  if (!status.passwordReset) {
    return (
      <Card title="Forgot your password?" lead="This server sends no mail." foot={foot}>
        <Notice tone="quiet">Ask an administrator: they can give you a link that sets a new password.</Notice>
      </Card>
    )
  }
  if (forgot.data !== undefined) {
    return (
      <Card title="Look at your mail" foot={foot}>
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
