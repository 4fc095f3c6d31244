import { Button } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useAuthStatus, useSignUp } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { Card, CardForm } from './card.tsx'
import { nobody, PersonFields, trimmed } from './person-fields.tsx'
import { TextLink } from './text-link.tsx'
import { useArrive } from './use-arrive.ts'
import { useFragment } from './use-fragment.ts'

/** A new account, as far as this server lets people, or with an invitation. */
export function SignUpScreen() {
  const status = useAuthStatus()
  const { to } = useSearch({ strict: false })
  const invitation = useFragment('invitation')
  const [person, setPerson] = useState(nobody)
  const signUp = useSignUp()
  const arrive = useArrive()
  const { general, fields } = faultsOf(signUp.error, ['name', 'email', 'password'])
  if (status === undefined) return null
  const guest = status.me?.role === 'guest'
  const foot = (
    <span>
      Have an account?{' '}
      <TextLink to="/sign-in" wanted={to}>
        Sign in
      </TextLink>
    </span>
  )
  if (status.signUp !== 'open' && invitation === null) {
    return (
      <Card title="By invitation" lead="New accounts on this server need an invitation." foot={foot}>
        <Notice tone="quiet">Ask an administrator for a link, and open it in this browser.</Notice>
      </Card>
    )
  }
  return (
    <Card
      title="Make an account"
      lead={guest ? 'Your pictures stay as they are.' : 'A library of your own, which nobody else can open.'}
      foot={foot}
    >
      <CardForm
        label="Make an account"
        fault={general}
        onSubmit={() =>
          signUp.mutate({ ...trimmed(person), ...(invitation === null ? {} : { invitation }) }, { onSuccess: arrive })
        }
      >
        <PersonFields value={person} errors={fields} onChange={setPerson} />
        <Button type="submit" fullWidth loading={signUp.isPending}>
          Make an account
        </Button>
      </CardForm>
      {status.singleSignOn !== null && (
        <Button
          component="a"
          href={`/api/auth/oidc${invitation === null ? '' : `?invitation=${encodeURIComponent(invitation)}`}`}
          variant="default"
          fullWidth
        >
          {status.singleSignOn}
        </Button>
      )}
    </Card>
  )
}
