import type { Me } from '@easel/contract'
import { Menu, UnstyledButton } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { Link } from '@tanstack/react-router'
import { wordsOf } from '#data/client.ts'
import { useSignOut } from '#data/session.ts'
import { Icon } from '#parts/icon.tsx'
import { initials } from './initials.ts'
import classes from './user-menu.module.css'

interface UserMenuProps {
  readonly me: Me
  readonly className: string
  readonly onPreferences: () => void
}

/** Who one is here, and the way to one's own things and out. */
export function UserMenu({ me, className, onPreferences }: UserMenuProps) {
  const signOut = useSignOut()
  const guest = me.role === 'guest'
  const name = guest ? 'Guest' : me.name
  return (
    <Menu position="top-start" width={240}>
      <Menu.Target>
        <UnstyledButton className={className} aria-label={`You: ${name}`}>
          <span className={classes['mark']} aria-hidden="true">
            {initials(name)}
          </span>
          <span className={classes['name']}>You</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={classes['who']}>
          <strong>{name}</strong>
          {me.email !== null && <span>{me.email}</span>}
        </div>
        <Menu.Divider />
        {guest ? (
          <Menu.Item leftSection={<Icon name="user" />} component={Link} to="/sign-up">
            Make an account
          </Menu.Item>
        ) : (
          <>
            <Menu.Item leftSection={<Icon name="user" />} component={Link} to="/settings/account">
              Account
            </Menu.Item>
            <Menu.Item leftSection={<Icon name="lock" />} component={Link} to="/settings/keys">
              API keys
            </Menu.Item>
          </>
        )}
        <Menu.Item leftSection={<Icon name="download" />} component={Link} to="/settings/data">
          {guest ? 'Usage' : 'Usage and data'}
        </Menu.Item>
        {me.role === 'admin' && (
          <Menu.Item leftSection={<Icon name="sliders" />} component={Link} to="/admin">
            Administration
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Icon name="settings" />} onClick={onPreferences}>
          Settings
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="out" />}
          closeMenuOnClick={false}
          disabled={signOut.isPending}
          onClick={() =>
            signOut.mutate('here', {
              onError: (error) => notifications.show({ message: `You are still signed in: ${wordsOf(error)}` }),
            })
          }
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
