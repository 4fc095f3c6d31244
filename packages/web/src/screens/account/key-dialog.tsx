import { Scope } from '@easel/contract'
import { Button, Checkbox, Modal, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useCreateApiKey } from '#data/account.ts'
import { faultsOf } from '#data/form-faults.ts'
import { useAuthStatus } from '#data/session.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './form.module.css'
import dialog from './key-dialog.module.css'
import { keyBody, lifetimes, scopeWords, startValues } from './key-values.ts'
import { Once } from './once.tsx'

/** Makes a key, and shows it this once. */
export function KeyDialog({ onClose }: { readonly onClose: () => void }) {
  const create = useCreateApiKey()
  useFocusReturn()
  return create.data === undefined ? (
    <Modal opened onClose={onClose} title="Make an API key" size={440}>
      <KeyForm create={create} onClose={onClose} />
    </Modal>
  ) : (
    <Modal opened onClose={onClose} title={`Your key “${create.data.name}”`} size={440} closeOnClickOutside={false}>
      <div className={classes['wide']}>
        <p>Copy it now: it is not shown again. Send it as “Authorization: Bearer …”.</p>
        <Once what="Key" lines={[create.data.key]} />
        <div className={classes['end']}>
          <Button onClick={onClose}>Done</Button>
        </div>
      </div>
    </Modal>
  )
}

interface KeyFormProps {
  readonly create: ReturnType<typeof useCreateApiKey>
  readonly onClose: () => void
}

function KeyForm({ create, onClose }: KeyFormProps) {
  const [values, setValues] = useState(startValues)
  const admin = useAuthStatus()?.me?.role === 'admin'
  const { general, fields } = faultsOf(create.error, ['name', 'scopes', 'expiresAt'])
  const toggle = (scope: Scope) => {
    const { scopes } = values
    const next = scopes.includes(scope) ? scopes.filter((other) => other !== scope) : [...scopes, scope]
    setValues({ ...values, scopes: next })
  }
  return (
    <form
      className={classes['wide']}
      aria-label="API key"
      onSubmit={(event) => {
        event.preventDefault()
        create.mutate(keyBody(values, Date.now()))
      }}
    >
      {general !== null && <Notice tone="danger">{general}</Notice>}
      <TextInput
        label="Name"
        placeholder="What uses it"
        autoComplete="off"
        required
        withAsterisk={false}
        maxLength={100}
        data-autofocus
        value={values.name}
        error={fields['name']}
        onChange={(event) => setValues({ ...values, name: event.currentTarget.value })}
      />
      <fieldset className={dialog['scopes']}>
        <legend className={dialog['legend']}>It may</legend>
        {Scope.options
          .filter((scope) => scope !== 'admin' || admin)
          .map((scope) => (
            <Checkbox
              key={scope}
              label={scopeWords[scope].label}
              description={scopeWords[scope].help}
              checked={values.scopes.includes(scope)}
              onChange={() => toggle(scope)}
            />
          ))}
      </fieldset>
      <Select
        label="It works for"
        data={[...lifetimes]}
        value={values.lifetime}
        error={fields['expiresAt']}
        onChange={(lifetime) => setValues({ ...values, lifetime: lifetime ?? values.lifetime })}
      />
      <div className={classes['end']}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" loading={create.isPending} disabled={values.scopes.length === 0}>
          Make the key
        </Button>
      </div>
    </form>
  )
}
