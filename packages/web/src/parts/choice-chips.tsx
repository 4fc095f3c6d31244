import { useId, type ReactNode } from 'react'
import classes from './choice-chips.module.css'

interface Chip {
  readonly value: string
  readonly label: ReactNode
}

interface ChoiceChipsProps {
  readonly label: string
  readonly chips: readonly Chip[]
  /** The chosen one's value, or null for none. */
  readonly value: string | null
  readonly onChange: (value: string) => void
  readonly hideLabel?: boolean
}

/** One of a few values, all of them to be seen. Real radio buttons, so arrows and screen readers work. */
export function ChoiceChips({ label, chips, value, onChange, hideLabel = false }: ChoiceChipsProps) {
  const name = useId()
  return (
    <fieldset className={classes['set']} aria-label={hideLabel ? label : undefined}>
      {!hideLabel && <legend className={classes['legend']}>{label}</legend>}
      <div className={classes['chips']}>
        {chips.map((chip) => (
          <label key={chip.value} className={classes['chip']}>
            <input
              className={classes['input']}
              type="radio"
              name={name}
              value={chip.value}
              checked={chip.value === value}
              onChange={() => onChange(chip.value)}
            />
            {chip.label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
