import { Link } from '@tanstack/react-router'
import { useAuthStatus } from '#data/session.ts'
import { count } from '#parts/format.ts'
import { useNow } from '#parts/use-now.ts'
import classes from './guest-banner.module.css'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

function leftWords(left: number): string {
  return left < DAY ? 'less than a day' : count(Math.round(left / DAY), 'day', 'days')
}

/** For guests: how long their library stays, and how to keep it. */
export function GuestBanner() {
  const status = useAuthStatus()
  const now = useNow(MINUTE, true)
  const me = status?.me
  if (me?.role !== 'guest' || me.expiresAt === null) return null
  // With sign-up closed there may still be an account to sign in to.
  const open = status?.signUp === 'open'
  return (
    <aside className={classes['banner']} aria-label="Guest">
      <span>Your pictures stay for {leftWords(Date.parse(me.expiresAt) - now)}.</span>
      <Link to={open ? '/sign-up' : '/sign-in'} className={classes['keep']}>
        {open ? 'Keep them: make an account' : 'Keep them: sign in'}
      </Link>
    </aside>
  )
}
