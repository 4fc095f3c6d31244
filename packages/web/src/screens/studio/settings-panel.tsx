import type { Capabilities } from '@easel/contract'
import { Select, Textarea } from '@mantine/core'
import type { Draft } from '#data/draft.ts'
import { capitalised } from '#parts/format.ts'
import { ChoiceChips } from '#parts/choice-chips.tsx'
import { RangeField } from '#parts/range-field.tsx'
import { fieldsOf } from '#parts/schema-fields.ts'
import { SchemaForm } from '#parts/schema-form.tsx'
import { SeedField } from './seed-field.tsx'
import classes from './settings-panel.module.css'

interface SettingsPanelProps {
  readonly draft: Draft
  readonly capabilities: Capabilities
  /** The provider's own options as JSON Schema. */
  readonly options: Readonly<Record<string, unknown>>
  readonly onChange: (change: Partial<Draft>) => void
}

const choices = [
  ['quality', 'Quality'],
  ['style', 'Style'],
  ['background', 'Background'],
  ['outputFormat', 'Format'],
] as const

/** File formats are abbreviations; the rest are words. */
const chipLabel = (field: string, value: string): string =>
  field === 'outputFormat' ? value.toUpperCase() : capitalised(value)

/** The settings that are seldom needed; only those that the model has. */
export function SettingsPanel({ draft, capabilities: able, options, onChange }: SettingsPanelProps) {
  const own = fieldsOf(options)
  return (
    <div className={classes['panel']}>
      {able.negativePrompt && (
        <Textarea
          className={classes['wide'] ?? ''}
          label="Negative prompt"
          placeholder="What should not be in the picture"
          rows={2}
          value={draft.negativePrompt}
          onChange={(event) => onChange({ negativePrompt: event.currentTarget.value })}
        />
      )}
      {able.seedMax !== null && (
        <SeedField value={draft.seed} max={able.seedMax} onChange={(seed) => onChange({ seed })} />
      )}
      {able.steps !== null && (
        <RangeField label="Steps" range={able.steps} value={draft.steps} onChange={(steps) => onChange({ steps })} />
      )}
      {able.guidance !== null && (
        <RangeField
          label="Guidance"
          help="How closely the words are followed"
          range={able.guidance}
          value={draft.guidance}
          onChange={(guidance) => onChange({ guidance })}
        />
      )}
      {able.strength !== null && draft.sources.length > 0 && (
        <RangeField
          label="Strength"
          help="How much the source is changed"
          range={able.strength}
          value={draft.strength}
          onChange={(strength) => onChange({ strength })}
        />
      )}
      {choices.map(([name, label]) => {
        const choice = able[name]
        if (choice === null) return null
        return (
          <ChoiceChips
            key={name}
            label={label}
            value={draft[name] ?? choice.default}
            onChange={(value) => onChange({ [name]: value === choice.default ? null : value })}
            chips={choice.values.map((value) => ({ value, label: chipLabel(name, value) }))}
          />
        )
      })}
      {able.sampler !== null && (
        <Select
          label="Sampler"
          searchable
          data={able.sampler.values}
          value={draft.sampler ?? able.sampler.default}
          onChange={(sampler) => onChange({ sampler: sampler === able.sampler?.default ? null : sampler })}
        />
      )}
      {own.length > 0 && (
        <SchemaForm inline fields={own} values={draft.options} onChange={(values) => onChange({ options: values })} />
      )}
    </div>
  )
}
