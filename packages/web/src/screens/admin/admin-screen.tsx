import { Link, Outlet } from '@tanstack/react-router'
import classes from './admin-screen.module.css'

const parts = [
  { to: '/admin', label: 'Overview' },
  { to: '/admin/people', label: 'People' },
  { to: '/admin/invitations', label: 'Invitations' },
  { to: '/admin/rules', label: 'Rules' },
  { to: '/admin/log', label: 'Security log' },
] as const

/** The frame around what administrators look after. */
export function AdminScreen() {
  return (
    <div className={classes['screen']}>
      <header>
        <h1 className={classes['title']}>Administration</h1>
        <p className={classes['lead']}>
          People, limits and the state of this server. Nobody’s pictures are shown here.
        </p>
      </header>
      <nav className={classes['parts']} aria-label="Administration">
        {parts.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            className={classes['part']}
            activeProps={{ 'data-active': true }}
            activeOptions={{ exact: true }}
          >
            {label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </div>
  )
}
