import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { faultsOf } from '#data/form-faults.ts'
import { useSecondFactor } from '#data/session.ts'
import { Card, CardForm } from './card.tsx'
import { useArrive } from './use-arrive.ts'

/** The second half of signing in. */
export function SecondFactorForm({ onBack }: { readonly onBack: () => void }) {
  const [recovery, setRecovery] = useState(false)
  const [code, setCode] = useState('')
  const verify = useSecondFactor()
  const arrive = useArrive()
  const { general, fields } = faultsOf(verify.error, ['code', 'recoveryCode'])
  const field = {
    required: true,
    withAsterisk: false,
    value: code,
    error: fields['code'] ?? fields['recoveryCode'],
    onChange: (event: { currentTarget: { value: string } }) => setCode(event.currentTarget.value),
  }
  return (
    <Card
      title="One more step"
      lead={
        recovery
          ? 'Type one of the recovery codes that you kept. Each works once.'
          : 'Type the six digits that your authenticator app shows.'
      }
      foot={
        <Button variant="subtle" onClick={onBack}>
          Back to the password
        </Button>
      }
    >
      <CardForm
        key={String(recovery)}
        label="Second factor"
        fault={general}
        onSubmit={() =>
          verify.mutate(recovery ? { recoveryCode: code.trim() } : { code }, {
            onSuccess: arrive,
            onError: () => setCode(''),
          })
        }
      >
        {recovery ? (
          <TextInput key="recovery" label="Recovery code" autoComplete="off" {...field} />
        ) : (
          <TextInput key="code" label="Code" inputMode="numeric" autoComplete="one-time-code" {...field} />
        )}
        <Button type="submit" fullWidth loading={verify.isPending}>
          Continue
        </Button>
        <Button
          variant="subtle"
          fullWidth
          onClick={() => {
            setRecovery(!recovery)
            setCode('')
            verify.reset()
          }}
        >
          {recovery ? 'Use the authenticator app' : 'Use a recovery code'}
        </Button>
      </CardForm>
    </Card>
  )
}
