import type { ReactNode } from 'react'
import classes from './chip.module.css'
import { Icon } from './icon.tsx'

interface ChipProps {
  /** Says what goes, such as `Remove tag: swan`. */
  readonly removeLabel: string
  readonly onRemove: () => void
  readonly children: ReactNode
}

/** Something that a thing has, with the button that takes it away. */
export function Chip({ removeLabel, onRemove, children }: ChipProps) {
  return (
    <li className={classes['chip']}>
      {children}
      <button type="button" className={classes['remove']} aria-label={removeLabel} onClick={onRemove}>
        <Icon name="close" size={13} />
      </button>
    </li>
  )
}

/** Chips side by side. */
export function Chips({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ul className={classes['chips']} aria-label={label}>
      {children}
    </ul>
  )
}
