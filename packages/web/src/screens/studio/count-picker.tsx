import { IconButton } from '#parts/icon-button.tsx'
import { count } from '#parts/format.ts'
import classes from './count-picker.module.css'

interface CountPickerProps {
  readonly value: number
  readonly onChange: (value: number) => void
}

const MOST = 10

/** How many pictures, 1 to 10. */
export function CountPicker({ value, onChange }: CountPickerProps) {
  return (
    <div className={classes['count']} role="group" aria-label="Number of pictures">
      <IconButton
        icon="minus"
        label="Fewer pictures"
        type="button"
        iconSize={15}
        disabled={value <= 1}
        onClick={() => onChange(value - 1)}
      />
      <output className={classes['value']} aria-label={count(value, 'picture', 'pictures')}>
        {value}
      </output>
      <IconButton
        icon="plus"
        label="More pictures"
        type="button"
        iconSize={15}
        disabled={value >= MOST}
        onClick={() => onChange(value + 1)}
      />
    </div>
  )
}
