import type { ReactNode } from 'react'
import classes from './section.module.css'

interface SectionProps {
  readonly title: string
  readonly text?: string
  readonly children: ReactNode
}

/** A card about one thing. */
export function Section({ title, text, children }: SectionProps) {
  return (
    <section className={classes['section']} aria-label={title}>
      <header>
        <h2 className={classes['title']}>{title}</h2>
        {text !== undefined && <p className={classes['text']}>{text}</p>}
      </header>
      {children}
    </section>
  )
}

export function Sections({ children }: { readonly children: ReactNode }) {
  return <div className={classes['sections']}>{children}</div>
}

interface RowProps {
  readonly name: ReactNode
  readonly facts: string
  readonly children?: ReactNode
}

/** One thing of a list, with what can be done about it. */
export function Row({ name, facts, children }: RowProps) {
  return (
    <li className={classes['row']}>
      <span className={classes['words']}>
        <span className={classes['name']}>{name}</span>
        <span className={classes['facts']}>{facts}</span>
      </span>
      {children}
    </li>
  )
}

export function Rows({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <ul className={classes['rows']} aria-label={label}>
      {children}
    </ul>
  )
}
