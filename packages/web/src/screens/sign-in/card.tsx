import { useEffect, useRef, type FormEventHandler, type ReactNode } from 'react'
import { Notice } from '#parts/notice.tsx'
import classes from './card.module.css'

interface CardProps {
  readonly title: string
  readonly lead?: string
  readonly children: ReactNode
  /** Below the card: the ways elsewhere. */
  readonly foot?: ReactNode
}

/** What one does before one is in. */
export function Card({ title, lead, children, foot }: CardProps) {
  return (
    <>
      <section className={classes['card']} aria-labelledby="card-title">
        <header className={classes['header']}>
          <h1 id="card-title" className={classes['title']}>
            {title}
          </h1>
          {lead !== undefined && <p className={classes['lead']}>{lead}</p>}
        </header>
        {children}
      </section>
      {foot !== undefined && <div className={classes['foot']}>{foot}</div>}
    </>
  )
}

interface CardFormProps {
  readonly label: string
  /** What went wrong and belongs to no field. */
  readonly fault: string | null
  readonly onSubmit: () => void
  readonly children: ReactNode
}

export function CardForm({ label, fault, onSubmit, children }: CardFormProps) {
  const form = useRef<HTMLFormElement>(null)
  // There is nothing else to do on such a page than to type.
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  const submit: FormEventHandler = (event) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form ref={form} className={classes['form']} aria-label={label} onSubmit={submit}>
      {fault !== null && <Notice tone="danger">{fault}</Notice>}
      {children}
    </form>
  )
}
