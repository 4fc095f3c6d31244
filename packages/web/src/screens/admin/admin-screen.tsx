import { Button } from '@mantine/core'
import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useAuthStatus } from '#data/session.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import classes from './admin-screen.module.css'

const parts = [
  { to: '/admin', label: 'Overview' },
  { to: '/admin/people', label: 'People' },
  { to: '/admin/invitations', label: 'Invitations' },
  { to: '/admin/rules', label: 'Rules' },
  { to: '/admin/log', label: 'Security log' },
] as const

/** The frame around what administrators look after; others are told kindly why there is nothing here for them. */
export function AdminScreen() {
  const status = useAuthStatus()
  if (status === undefined) return null
  if (status.mode === 'local') {
    return (
      <NothingHere
        title="You have this Easel to yourself"
        text="It runs without accounts, so there is nobody to look after."
      />
    )
  }
  if (status.me?.role !== 'admin') {
    return <NothingHere title="This is for administrators" text="Ask one of them if something here should change." />
  }
  return (
    <div className={classes['screen']}>
      <header>
        <h1 className={classes['title']}>Administration</h1>
        <p className={classes['lead']}>
          People, limits and the state of this server. Nobody’s pictures are shown here.
        </p>
      </header>
      <Parts />
      <Outlet />
    </div>
  )
}

function Parts() {
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // On a narrow screen the last parts are out of sight.
  useEffect(() => {
    nav.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [pathname])
  return (
    <nav ref={nav} className={classes['parts']} aria-label="Administration">
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
  )
}

function NothingHere({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <EmptyState heading="h1" icon="lock" title={title} text={text}>
      <Button component={Link} to="/">
        Go to the Studio
      </Button>
    </EmptyState>
  )
}
