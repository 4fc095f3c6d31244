import { Button } from '@mantine/core'
import { Link, Outlet } from '@tanstack/react-router'
import { useAuthStatus } from '#data/session.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { TabbedPage } from '#parts/tabbed-page.tsx'

const parts = [
  { to: '/admin', label: 'Overview' },
  { to: '/admin/people', label: 'People' },
  { to: '/admin/groups', label: 'Groups' },
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
    <TabbedPage
      title="Administration"
      lead="People, limits and the state of this server. Nobody’s pictures are shown here."
      label="Administration"
      tabs={parts}
      wide
    >
      <Outlet />
    </TabbedPage>
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
