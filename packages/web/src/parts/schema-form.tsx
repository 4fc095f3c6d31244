import { NumberInput, PasswordInput, Select, Switch, TextInput } from '@mantine/core'
import { capitalised, plainValue } from './format.ts'
import type { SchemaField } from './schema-fields.ts'
import classes from './schema-form.module.css'

interface SchemaFormProps {
  readonly fields: readonly SchemaField[]
  readonly values: Readonly<Record<string, unknown>>
  /** Hands over all values with one changed; an emptied one is left out. */
  readonly onChange: (values: Record<string, unknown>) => void
  /** Faults by field name. */
  readonly errors?: Readonly<Record<string, string>>
  /** Lets the fields stand in the grid of what is around. */
  readonly inline?: boolean
}

/** The form of a JSON Schema. */
export function SchemaForm({ fields, values, onChange, errors = {}, inline = false }: SchemaFormProps) {
  const set = (name: string, value: unknown) => {
    const { [name]: _old, ...others } = values
    onChange(value === undefined ? others : { ...others, [name]: value })
  }
  return (
    <div className={classes[inline ? 'inline' : 'form']}>
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          value={values[field.name]}
          error={errors[field.name]}
          onChange={(value) => set(field.name, value)}
        />
      ))}
    </div>
  )
}

interface FieldProps {
  readonly field: SchemaField
  readonly value: unknown
  readonly error: string | undefined
  readonly onChange: (value: unknown) => void
}

function Field({ field, value, error, onChange }: FieldProps) {
  const shared = {
    label: field.label,
    description: field.help ?? undefined,
    required: field.required,
    error,
    placeholder: field.initial === undefined ? undefined : capitalised(plainValue(field.initial)),
  }
  const text = typeof value === 'string' ? value : ''
  switch (field.kind) {
    case 'choice':
      return (
        <Select
          {...shared}
          data={field.choices.map((choice) => ({ value: choice, label: capitalised(choice) }))}
          value={value === undefined ? null : plainValue(value)}
          clearable={!field.required}
          onChange={(next) => onChange(next ?? undefined)}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...shared}
          value={typeof value === 'number' ? value : ''}
          min={field.min ?? -Number.MAX_SAFE_INTEGER}
          max={field.max ?? Number.MAX_SAFE_INTEGER}
          allowDecimal={!field.whole}
          onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
        />
      )
    case 'switch':
      return (
        <Switch
          label={field.label}
          description={field.help ?? undefined}
          checked={typeof value === 'boolean' ? value : field.initial === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'secret':
      return (
        <PasswordInput
          {...shared}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      )
    case 'text':
      return (
        <TextInput {...shared} value={text} onChange={(event) => onChange(event.currentTarget.value || undefined)} />
      )
  }
}
