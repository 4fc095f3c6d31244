import type { Quota, QuotaOverride } from '@easel/contract'
import { Checkbox, NumberInput } from '@mantine/core'
import classes from './quota-fields.module.css'

const megabyte = 1024 * 1024

const fields = [
  { name: 'bytes', label: 'Storage in MB', unit: megabyte, max: 1_000_000_000 },
  { name: 'imagesADay', label: 'Pictures a day', unit: 1, max: 1_000_000_000 },
  { name: 'atOnce', label: 'Waiting or running', unit: 1, max: 1_000_000_000 },
  { name: 'moneyAMonth', label: 'Money a month', unit: 1, max: 1_000_000_000 },
] as const

/** As a number field tells it: a number, or text while it is none or too large for one. */
function limitOf(typed: number | string, unit: number): number | null {
  const value = typed === '' ? Number.NaN : Number(typed)
  return Number.isNaN(value) ? null : Math.round(value * unit * 100) / 100
}

interface QuotaFieldsProps {
  readonly value: Quota
  readonly onChange: (value: Quota) => void
}

/** Four limits as numbers; an empty field is no limit. */
export function QuotaFields({ value, onChange }: QuotaFieldsProps) {
  return (
    <div className={classes['fields']}>
      {fields.map(({ name, label, unit, max }) => {
        const limit = value[name]
        return (
          <NumberInput
            key={name}
            label={label}
            placeholder="No limit"
            min={0}
            max={max}
            allowDecimal={name === 'moneyAMonth'}
            allowNegative={false}
            hideControls
            value={limit === null ? '' : limit / unit}
            onChange={(typed) => onChange({ ...value, [name]: limitOf(typed, unit) })}
          />
        )
      })}
    </div>
  )
}

interface OwnQuotaFieldsProps {
  readonly value: QuotaOverride
  /** What holds for everybody else; undefined until that is known. */
  readonly usual: Quota | undefined
  readonly onChange: (value: QuotaOverride) => void
}

function without({ ...override }: QuotaOverride, name: keyof Quota): QuotaOverride {
  delete override[name]
  return override
}

function usualWords(usual: Quota | undefined, { name, unit }: (typeof fields)[number]): string {
  const limit = usual?.[name]
  if (limit === undefined) return 'As for everybody'
  return `As for everybody: ${limit === null ? 'no limit' : (limit / unit).toLocaleString()}`
}

/** Four limits of one person; an empty field is what holds for everybody. */
export function OwnQuotaFields({ value, usual, onChange }: OwnQuotaFieldsProps) {
  return (
    <div className={classes['fields']}>
      {fields.map((field) => {
        const { name, label, unit, max } = field
        const limit = value[name]
        const unlimited = limit === null
        return (
          <div key={name} className={classes['own']}>
            <NumberInput
              label={label}
              placeholder={unlimited ? 'No limit' : usualWords(usual, field)}
              min={0}
              max={max}
              allowDecimal={name === 'moneyAMonth'}
              allowNegative={false}
              hideControls
              disabled={unlimited}
              value={limit === null || limit === undefined ? '' : limit / unit}
              onChange={(typed) => {
                const next = limitOf(typed, unit)
                if (!unlimited) onChange(next === null ? without(value, name) : { ...value, [name]: next })
              }}
            />
            <Checkbox
              label="No limit"
              aria-label={`${label}: no limit`}
              checked={unlimited}
              onChange={(event) => {
                onChange(event.currentTarget.checked ? { ...value, [name]: null } : without(value, name))
              }}
            />
          </div>
        )
      })}
    </div>
  )
}
