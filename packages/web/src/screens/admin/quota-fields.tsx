import type { Quota, QuotaOverride } from '@easel/contract'
import { NumberInput } from '@mantine/core'
import classes from './quota-fields.module.css'

const megabyte = 1024 * 1024

const fields = [
  { name: 'bytes', label: 'Storage in MB', unit: megabyte },
  { name: 'imagesADay', label: 'Pictures a day', unit: 1 },
  { name: 'atOnce', label: 'Waiting or running', unit: 1 },
  { name: 'moneyAMonth', label: 'Money a month', unit: 1 },
] as const

interface QuotaFieldsProps<Value extends QuotaOverride> {
  readonly value: Value
  /** What an empty field means. */
  readonly empty: string
  readonly onChange: (value: Value) => void
  /** The value with one limit set, or with none where the field was emptied. */
  readonly withLimit: (value: Value, name: keyof Quota, limit: number | null) => Value
}

/** Four limits as numbers. */
export function QuotaFields<Value extends QuotaOverride>({
  value,
  empty,
  onChange,
  withLimit,
}: QuotaFieldsProps<Value>) {
  return (
    <div className={classes['fields']}>
      {fields.map(({ name, label, unit }) => {
        const limit = value[name] ?? null
        return (
          <NumberInput
            key={name}
            label={label}
            placeholder={empty}
            min={0}
            allowDecimal={name === 'moneyAMonth'}
            allowNegative={false}
            hideControls
            value={limit === null ? '' : limit / unit}
            onChange={(typed) => onChange(withLimit(value, name, typeof typed === 'number' ? typed * unit : null))}
          />
        )
      })}
    </div>
  )
}
