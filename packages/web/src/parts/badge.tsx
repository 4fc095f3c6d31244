import type { ReactNode } from 'react'
import classes from './badge.module.css'

interface BadgeProps {
  /** `accent` for what sets this one apart from the others. */
  readonly tone?: 'quiet' | 'accent'
  readonly children: ReactNode
}

/** A word or two beside a name. */
export function Badge({ tone = 'quiet', children }: BadgeProps) {
  return (
    <span className={classes['badge']} data-tone={tone}>
      {children}
    </span>
  )
}
