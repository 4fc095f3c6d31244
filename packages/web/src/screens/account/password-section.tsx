import type { Me } from '@easel/contract'
import { Button, PasswordInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useChangePassword } from '#data/account.ts'
import { faultsOf } from '#data/form-faults.ts'
import { Notice } from '#parts/notice.tsx'
import classes from './form.module.css'
import { Section } from './section.tsx'

const empty = { current: '', password: '' }

export function PasswordSection({ me }: { readonly me: Me }) {
  const [values, setValues] = useState(empty)
  const change = useChangePassword()
  const { general, fields } = faultsOf(change.error, ['current', 'password'])
  const { current, password } = values
  return (
    <Section title="Password" text="When it changes, every other device is signed out.">
      <form
        className={classes['form']}
        aria-label="Password"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(me.hasPassword ? { current, password } : { password }, {
            onSuccess: () => {
              setValues(empty)
              notifications.show({ message: 'Your password is changed', autoClose: 3000 })
            },
          })
        }}
      >
        {general !== null && <Notice tone="danger">{general}</Notice>}
        {/* Tells password managers whose password it is. */}
        <input type="text" autoComplete="username" value={me.email ?? ''} readOnly hidden />
        {me.hasPassword && (
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            withAsterisk={false}
            value={current}
            error={fields['current']}
            onChange={(event) => setValues({ ...values, current: event.currentTarget.value })}
          />
        )}
        <PasswordInput
          label="New password"
          description="At least 10 characters. A few words in a row are fine."
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={password}
          error={fields['password']}
          onChange={(event) => setValues({ ...values, password: event.currentTarget.value })}
        />
        <div className={classes['buttons']}>
          <Button type="submit" variant="default" loading={change.isPending} disabled={password === ''}>
            {me.hasPassword ? 'Change the password' : 'Set a password'}
          </Button>
        </div>
      </form>
    </Section>
  )
}
