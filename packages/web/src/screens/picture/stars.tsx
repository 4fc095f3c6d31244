import { IconButton } from '#parts/icon-button.tsx'
import { count } from '#parts/format.ts'
import classes from './picture-keeping.module.css'

interface StarsProps {
  /** 0 to 5. */
  readonly value: number
  readonly onChange: (stars: number) => void
}

/** Five stars; the one that is the last to shine, pressed again, takes them away. */
export function Stars({ value, onChange }: StarsProps) {
  return (
    <div role="group" aria-label="Stars" className={classes['stars']}>
      {[1, 2, 3, 4, 5].map((star) => (
        <IconButton
          key={star}
          icon="star"
          iconSize={20}
          label={count(star, 'star', 'stars')}
          filled={star <= value}
          aria-pressed={star === value}
          className={classes['star'] ?? ''}
          data-on={star <= value || undefined}
          onClick={() => onChange(star === value ? 0 : star)}
        />
      ))}
    </div>
  )
}
