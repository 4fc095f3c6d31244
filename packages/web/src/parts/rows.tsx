import type { ReactNode } from 'react'
import classes from './rows.module.css'

interface RowsProps {
  readonly label: string
  /** As a card of its own, where no other card is around it. */
  readonly framed?: boolean
  readonly children: ReactNode
}

/** A list of things, each with what can be done about it. */
export function Rows({ label, framed = false, children }: RowsProps) {
  return (
    <ul className={classes['rows']} data-framed={framed || undefined} aria-label={label}>
      {children}
    </ul>
  )
}

interface RowProps {
  readonly name: ReactNode
  readonly facts: ReactNode
  /** No longer in force. */
  readonly faded?: boolean
  readonly children?: ReactNode
}

/** One thing of a list. */
export function Row({ name, facts, faded = false, children }: RowProps) {
  return (
    <li className={classes['row']} data-faded={faded || undefined}>
      <span className={classes['words']}>
        <span className={classes['name']}>{name}</span>
        <span className={classes['facts']}>{facts}</span>
      </span>
      {children}
    </li>
  )
}

/** Holds the place of a framed list that is being loaded. */
export function WaitingRows({ label }: { readonly label: string }) {
  return (
    <div className={classes['rows']} data-framed role="status" aria-label={label}>
      {['first', 'second', 'third'].map((row) => (
        <span key={row} className={classes['row']} data-waiting />
      ))}
    </div>
  )
}
