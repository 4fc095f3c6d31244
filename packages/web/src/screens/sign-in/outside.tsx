import type { ReactNode } from 'react'
import { Logo } from '#parts/logo.tsx'
import classes from './outside.module.css'

/** The page of who is not signed in: nothing but a card. */
export function Outside({ children }: { readonly children: ReactNode }) {
  return (
    <main id="main" className={classes['page']}>
      <div className={classes['brand']}>
        <Logo size={40} />
        <span>Easel</span>
      </div>
      {children}
      <div id="overlays" />
    </main>
  )
}
