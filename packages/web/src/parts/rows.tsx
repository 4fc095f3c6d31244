import { Fragment, type ReactNode } from 'react'
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
  /** Stands before the words. */
  readonly lead?: ReactNode
  readonly name: ReactNode
  readonly facts: readonly string[]
  /** No longer in force. */
  readonly faded?: boolean
  readonly children?: ReactNode
}

/** One thing of a list. */
export function Row({ lead, name, facts, faded = false, children }: RowProps) {
  return (
    <li className={classes['row']} data-faded={faded || undefined}>
      {lead}
      <span className={classes['words']}>
        <span className={classes['name']}>{name}</span>
        <Facts facts={facts} />
      </span>
      {children}
    </li>
  )
}

/** A line breaks between two of them, which no dot then stands beside, and inside one only when it is wider than the line. */
function Facts({ facts }: Pick<RowProps, 'facts'>) {
  const known = facts.filter((fact) => fact !== '')
  return (
    <span className={classes['facts']}>
      {known.map((fact) => (
        <Fragment key={fact}>
          <span className={classes['fact']}>{fact}</span>{' '}
        </Fragment>
      ))}
    </span>
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
