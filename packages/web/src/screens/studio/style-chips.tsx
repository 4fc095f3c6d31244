import { Chip, Chips } from '#parts/chip.tsx'
import classes from './style-chips.module.css'

interface StyleChipsProps {
  readonly styles: readonly string[]
  readonly onRemove: (name: string) => void
}

/** The styles that the prompt becomes part of. */
export function StyleChips({ styles, onRemove }: StyleChipsProps) {
  if (styles.length === 0) return null
  return (
    <div className={classes['styles']}>
      <Chips label="Styles">
        {styles.map((name) => (
          <Chip key={name} removeLabel={`Without style: ${name}`} onRemove={() => onRemove(name)}>
            <span>{name}</span>
          </Chip>
        ))}
      </Chips>
    </div>
  )
}
