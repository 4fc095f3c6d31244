import { NumberInput } from '@mantine/core'
import { randomSeed } from '#data/random-key.ts'
import { IconButton } from '#parts/icon-button.tsx'
import classes from './seed-field.module.css'

interface SeedFieldProps {
  /** null: a new one every time. */
  readonly value: number | null
  readonly max: number
  readonly onChange: (value: number | null) => void
}

/** The number that a picture grows from: random, or held fast so that the same picture comes again. */
export function SeedField({ value, max, onChange }: SeedFieldProps) {
  return (
    <div className={classes['seed']}>
      <NumberInput
        className={classes['input'] ?? ''}
        label="Seed"
        placeholder="Random every time"
        hideControls
        min={0}
        max={max}
        allowDecimal={false}
        allowNegative={false}
        value={value ?? ''}
        onChange={(next) => onChange(typeof next === 'number' ? next : null)}
      />
      <IconButton
        icon="lock"
        label="Hold one seed"
        type="button"
        disabled={value !== null}
        onClick={() => onChange(randomSeed(Math.min(max, 2 ** 32 - 1)))}
      />
      <IconButton
        icon="dice"
        label="Random every time"
        type="button"
        disabled={value === null}
        onClick={() => onChange(null)}
      />
    </div>
  )
}
