import { UnstyledButton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Icon, type IconName } from '#parts/icon.tsx'
import { Logo } from '#parts/logo.tsx'
import classes from './navigation.module.css'

interface NavigationProps {
  readonly onPreferences: () => void
}

const places = [
  { to: '/', label: 'Studio', icon: 'studio' },
  { to: '/library', label: 'Library', icon: 'library' },
  { to: '/engines', label: 'Engines', icon: 'engines' },
] as const satisfies readonly { to: string; label: string; icon: IconName }[]

/** A rail at the left; on phones a bar at the bottom. */
export function Navigation({ onPreferences }: NavigationProps) {
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
      <UnstyledButton className={`${classes['place']} ${classes['last']}`} onClick={onPreferences}>
        <span className={classes['pill']}>
          <Icon name="settings" size={21} />
        </span>
        Settings
      </UnstyledButton>
    </nav>
  )
}
