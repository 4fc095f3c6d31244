import { Link, Outlet } from '@tanstack/react-router'
import { useAuthStatus } from '#data/session.ts'
import classes from './account-screen.module.css'

const parts = [
  { to: '/settings/account', label: 'Account' },
  { to: '/settings/keys', label: 'API keys' },
  { to: '/settings/data', label: 'Usage and data' },
] as const

/** The frame around what belongs to oneself. Without accounts, and for guests, there is less of it. */
export function AccountScreen() {
  const status = useAuthStatus()
  const me = status?.me
  const shown = parts.filter(({ to }) => {
    if (me?.role === 'guest') return to === '/settings/data'
    return to !== '/settings/account' || status?.mode === 'accounts'
  })
  return (
    <div className={classes['screen']}>
      <header>
        <h1 className={classes['title']}>{status?.mode === 'local' ? 'Keys and data' : 'Your account'}</h1>
        {me?.email !== undefined && me.email !== null && <p className={classes['lead']}>{me.email}</p>}
      </header>
      <nav className={classes['parts']} aria-label="Account">
        {shown.map(({ to, label }) => (
          <Link key={to} to={to} className={classes['part']} activeProps={{ 'data-active': true }}>
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </div>
  )
}
