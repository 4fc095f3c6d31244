import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { passkeysQuery, useCreatePasskey, useRemovePasskey } from '#data/account.ts'
import { wordsOf } from '#data/client.ts'
import { canUsePasskeys } from '#data/passkeys.ts'
import { Notice } from '#parts/notice.tsx'
import { Rows } from '#parts/rows.tsx'
import classes from './form.module.css'
import { PasskeyRow } from './passkey-row.tsx'
import { Section } from './section.tsx'

/** Signing in with the device's own lock. */
export function PasskeysSection() {
  const passkeys = useQuery(passkeysQuery())
  const create = useCreatePasskey()
  const remove = useRemovePasskey()
  const [name, setName] = useState('')
  const error = passkeys.error ?? create.error ?? remove.error
  const list = passkeys.data ?? []
  return (
    <Section title="Passkeys" text="Sign in with the lock of your phone or computer, without a password.">
      {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
      {list.length > 0 && (
        <Rows label="Passkeys">
          {list.map((passkey) => (
            <PasskeyRow
              key={passkey.id}
              passkey={passkey}
              removing={remove.isPending}
              onRemove={() => remove.mutate(passkey.id)}
            />
          ))}
        </Rows>
      )}
      {canUsePasskeys() ? (
        <form
          className={classes['line']}
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate(name.trim(), { onSuccess: () => setName('') })
          }}
        >
          <TextInput
            className={classes['grow'] ?? ''}
            label="Name of a new passkey"
            placeholder="My phone"
            autoComplete="off"
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={create.isPending}>
            Make a passkey
          </Button>
        </form>
      ) : (
        <p className={classes['quiet']}>This browser has no passkeys.</p>
      )}
    </Section>
  )
}
