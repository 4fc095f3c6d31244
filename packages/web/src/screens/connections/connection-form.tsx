import type { Connection, ProviderInfo } from '@easel/contract'
import { Button, NumberInput, PasswordInput, Select, Switch, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { notifications } from '@mantine/notifications'
import { useSaveConnection, useTestConnection } from '#data/connection-mutations.ts'
import { faultsOf } from '#data/form-faults.ts'
import { modelsQuery } from '#data/queries.ts'
import { useAuthStatus } from '#data/session.ts'
import { capabilityWords } from '#parts/capability-words.ts'
import { Notice } from '#parts/notice.tsx'
import { fieldsOf } from '#parts/schema-fields.ts'
import { SchemaForm } from '#parts/schema-form.tsx'
import classes from './connection-form.module.css'
import { createBody, patchBody, startValues, type ConnectionValues } from './connection-values.ts'
import { PriceList } from './price-list.tsx'

interface ConnectionFormProps {
  readonly connection: Connection | null
  /** What may be asked when this one does not take the work. */
  readonly others: readonly Connection[]
  readonly provider: ProviderInfo
  readonly onBack: (() => void) | null
  readonly onDone: () => void
}

/** The form of one engine, made from what its provider says it needs. */
export function ConnectionForm({ connection, others, provider, onBack, onDone }: ConnectionFormProps) {
  const status = useAuthStatus()
  const mayShare = status?.mode === 'accounts' && status.me?.role === 'admin'
  const [values, setValues] = useState(() => startValues(connection, provider, mayShare))
  const models = useQuery({ ...modelsQuery(connection?.id ?? ''), enabled: connection !== null }).data ?? []
  const save = useSaveConnection()
  const test = useTestConnection()
  const { general, fields } = faultsOf(save.error)
  const settings = fieldsOf(provider.settings)
  const set = (part: Partial<ConnectionValues>) => setValues({ ...values, ...part })

  const submit = () => {
    const input =
      connection === null
        ? { id: null, body: createBody(values, provider) }
        : { id: connection.id, body: patchBody(values, connection) }
    save.mutate(input, {
      onSuccess: (saved) => {
        onDone()
        test.mutate(saved.id, {
          onSuccess: ({ ok, message }) =>
            notifications.show({ message: ok ? `${saved.name} is ready. ${message}` : `${saved.name}: ${message}` }),
        })
      },
    })
  }

  return (
    <form
      className={classes['form']}
      aria-label="Engine"
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      {connection === null && <p className={classes['about']}>{provider.description}</p>}
      {general !== null && <Notice tone="danger">{general}</Notice>}
      <TextInput
        label="Name"
        required
        maxLength={100}
        value={values.name}
        error={fields['name']}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      {provider.key !== 'none' && (
        <PasswordInput
          label={provider.key === 'optional' ? 'Key (optional)' : 'Key'}
          description="Kept encrypted on the server; never shown again."
          required={provider.key === 'required' && connection?.hasKey !== true}
          autoComplete="off"
          placeholder={connection?.hasKey === true ? `Unchanged (…${connection.keyHint ?? ''})` : ''}
          value={values.key}
          error={fields['key']}
          onChange={(event) => set({ key: event.currentTarget.value })}
        />
      )}
      {(provider.defaultBaseUrl !== null || provider.key !== 'none') && (
        <TextInput
          label="Address"
          type="url"
          inputMode="url"
          required={provider.defaultBaseUrl === null}
          placeholder={provider.defaultBaseUrl ?? 'https://'}
          value={values.baseUrl}
          error={fields['baseUrl']}
          onChange={(event) => set({ baseUrl: event.currentTarget.value })}
        />
      )}
      {settings.length > 0 && (
        <SchemaForm
          fields={settings}
          values={values.settings}
          errors={fields}
          onChange={(next) => set({ settings: next })}
        />
      )}
      <div className={classes['pair']}>
        <TextInput
          label="Default model"
          placeholder="The engine's first"
          list="own-models"
          value={values.defaultModel}
          error={fields['defaultModel']}
          onChange={(event) => set({ defaultModel: event.currentTarget.value })}
        />
        {/* Any name may be typed: the engine may be away. */}
        <datalist id="own-models">
          {models.map(({ id, capabilities }) => (
            <option key={id} value={id}>
              {capabilityWords(capabilities)}
            </option>
          ))}
        </datalist>
        <NumberInput
          label="At once"
          min={1}
          max={64}
          allowDecimal={false}
          placeholder="Auto"
          value={values.concurrency ?? ''}
          error={fields['concurrency']}
          onChange={(value) => set({ concurrency: typeof value === 'number' ? value : null })}
        />
      </div>
      {others.length > 0 && (
        <Select
          label="Fallback"
          description="Asked when this engine surely did not take the work: then nobody pays twice."
          placeholder="None"
          clearable
          data={others.map(({ id, name }) => ({ value: id, label: name }))}
          value={values.fallbackId}
          error={fields['fallbackId']}
          onChange={(fallbackId) => set({ fallbackId })}
        />
      )}
      {provider.ai && (
        <PriceList
          rows={values.prices}
          models={models.map(({ id }) => id)}
          error={fields['prices'] ?? fields['amount'] ?? fields['size'] ?? fields['quality'] ?? fields['model']}
          onChange={(prices) => set({ prices })}
        />
      )}
      <Switch
        label="Use for new pictures by default"
        checked={values.isDefault}
        disabled={connection?.isDefault === true}
        onChange={(event) => set({ isDefault: event.currentTarget.checked })}
      />
      {values.shared !== null && (
        <Switch
          label="Offer to everybody"
          description={
            provider.key === 'none'
              ? 'Others draw with it too.'
              : 'Others draw with it on your key. They see neither the key nor the address.'
          }
          checked={values.shared}
          onChange={(event) => set({ shared: event.currentTarget.checked })}
        />
      )}
      <div className={classes['buttons']}>
        {onBack !== null && (
          <Button variant="subtle" onClick={onBack}>
            Back
          </Button>
        )}
        <Button type="submit" loading={save.isPending} className={classes['save'] ?? ''}>
          {connection === null ? 'Add engine' : 'Save'}
        </Button>
      </div>
    </form>
  )
}
