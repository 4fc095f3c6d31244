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
