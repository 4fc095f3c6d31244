import type { NumberRange } from '@easel/contract'
import { Slider } from '@mantine/core'
import { useId } from 'react'
import classes from './range-field.module.css'

interface RangeFieldProps {
  readonly label: string
  readonly help?: string
  readonly range: NumberRange
  /** null: as the model does by itself. */
  readonly value: number | null
  readonly onChange: (value: number | null) => void
}

/** A number within a range, with a way back to the model's own. */
export function RangeField({ label, help, range, value, onChange }: RangeFieldProps) {
  const id = useId()
  const step = range.step ?? (Number.isInteger(range.min) && range.max - range.min > 20 ? 1 : 0.05)
  const digits = step >= 1 ? 0 : 2
  return (
    <div>
      <div className={classes['head']}>
        <span id={id} className={classes['label']}>
          {label}
        </span>
        <span className={classes['value']}>
          {value === null ? `Auto (${range.default})` : Number(value.toFixed(digits))}
        </span>
        {value !== null && (
          <button type="button" className={classes['reset']} onClick={() => onChange(null)}>
            Reset
          </button>
        )}
      </div>
      <Slider
        min={range.min}
        max={range.max}
        step={step}
        value={value ?? range.default}
        onChange={(next) => onChange(Number(next.toFixed(digits)))}
        thumbProps={{ 'aria-labelledby': id }}
        className={classes['slider'] ?? ''}
      />
      {help !== undefined && <p className={classes['help']}>{help}</p>}
    </div>
  )
}
