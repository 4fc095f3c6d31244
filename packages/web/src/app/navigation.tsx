import type { Me } from '@easel/contract'
import { UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Icon, type IconName } from '#parts/icon.tsx'
import { Logo } from '#parts/logo.tsx'
import classes from './navigation.module.css'

interface NavigationProps {
  /** Who is signed in; null where there is no sign-in. */
  readonly me: Me | null
  readonly onPreferences: () => void
}

const places = [
  { to: '/', label: 'Studio', icon: 'studio' },
  { to: '/library', label: 'Library', icon: 'library' },
  { to: '/shares', label: 'Shared', icon: 'share' },
  { to: '/engines', label: 'Engines', icon: 'engines' },
] as const satisfies readonly { to: string; label: string; icon: IconName }[]

// Not part of what is loaded first: without accounts there is none.
const UserMenu = lazy(async () => ({ default: (await import('./user-menu.tsx')).UserMenu }))
const last = `${classes['place']} ${classes['last']}`

/** A rail at the left; on phones a bar at the bottom. */
export function Navigation({ me, onPreferences }: NavigationProps) {
  return (
    <nav className={classes['nav']} aria-label="Main">
      <Link to="/" className={classes['logo']} aria-label="Easel" tabIndex={-1}>
        <Logo size={34} />
      </Link>
      <ul className={classes['places']}>
        {places.map(({ to, label, icon }) => (
          <li key={to}>
            <Link
              to={to}
              className={classes['place']}
              activeProps={{ 'data-active': true }}
              activeOptions={{ exact: to === '/' }}
            >
              <span className={classes['pill']}>
                <Icon name={icon} size={21} />
              </span>
              {label}
            </Link>
          </li>
        ))}
      </ul>
      {me === null ? (
        <UnstyledButton className={last} onClick={onPreferences}>
          <span className={classes['pill']}>
            <Icon name="settings" size={21} />
          </span>
          Settings
        </UnstyledButton>
      ) : (
        <Suspense fallback={<span className={last} />}>
          <UserMenu me={me} className={last} onPreferences={onPreferences} />
        </Suspense>
      )}
    </nav>
  )
}
