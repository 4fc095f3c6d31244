import type { Me } from '@easel/contract'
import { Button, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useUpdateMe } from '#data/account.ts'
import { faultsOf } from '#data/form-faults.ts'
import { Notice } from '#parts/notice.tsx'
import classes from './form.module.css'
import { Section } from './section.tsx'

export function ProfileSection({ me }: { readonly me: Me }) {
  const [name, setName] = useState(me.name)
  const update = useUpdateMe()
  const { general, fields } = faultsOf(update.error, ['name'])
  return (
    <Section title="Profile">
      <form
        className={classes['wide']}
        onSubmit={(event) => {
          event.preventDefault()
          update.mutate(name.trim(), {
            onSuccess: () => notifications.show({ message: 'Your name is changed', autoClose: 2000 }),
          })
        }}
      >
        {general !== null && <Notice tone="danger">{general}</Notice>}
        <div className={classes['line']}>
          <TextInput
            className={classes['grow'] ?? ''}
            label="Name"
            autoComplete="name"
            required
            withAsterisk={false}
            maxLength={100}
            value={name}
            error={fields['name']}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            disabled={name.trim() === me.name || name.trim() === ''}
            loading={update.isPending}
          >
            Save
          </Button>
        </div>
      </form>
    </Section>
  )
}
