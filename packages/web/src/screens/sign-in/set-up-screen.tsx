import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useAuthStatus, useSetUp } from '#data/session.ts'
import { Card, CardForm } from './card.tsx'
import { nobody, PersonFields, trimmed } from './person-fields.tsx'
import { useArrive } from './use-arrive.ts'
import { useFragment } from './use-fragment.ts'

/** The first administrator. */
export function SetUpScreen() {
  const status = useAuthStatus()
  const given = useFragment('code')
  const [typed, setTyped] = useState('')
  const [person, setPerson] = useState(nobody)
  const setUp = useSetUp()
  const arrive = useArrive()
  const { general, fields } = faultsOf(setUp.error, ['name', 'email', 'password', 'code'])
  const code = given ?? typed.trim()
  return (
    <Card
      title="Welcome to Easel"
      lead="Make the first account. It looks after this server, and pictures that are here already become its own."
    >
      <CardForm
        label="Set up"
        fault={general}
        onSubmit={() => setUp.mutate({ ...trimmed(person), ...(code === '' ? {} : { code }) }, { onSuccess: arrive })}
      >
        <PersonFields value={person} errors={fields} onChange={setPerson} />
        {status?.needsSetupCode === true && given === null && (
          <TextInput
            label="Code"
            description="The server printed a link at its start; the code is what stands behind “code=”."
            autoComplete="off"
            required
            withAsterisk={false}
            value={typed}
            error={fields['code']}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <Button type="submit" fullWidth loading={setUp.isPending}>
          Set up Easel
        </Button>
      </CardForm>
    </Card>
  )
}
