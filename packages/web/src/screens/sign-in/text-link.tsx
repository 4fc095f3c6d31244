import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import classes from './text-link.module.css'

interface TextLinkProps {
  readonly to: '/sign-in' | '/sign-up' | '/forgot-password'
  /** Where one wanted to go before, taken along. */
  readonly wanted?: string | undefined
  readonly children: ReactNode
}

export function TextLink({ to, wanted, children }: TextLinkProps) {
  return (
    <Link to={to} search={wanted === undefined ? {} : { to: wanted }} className={classes['link']}>
      {children}
    </Link>
  )
}
