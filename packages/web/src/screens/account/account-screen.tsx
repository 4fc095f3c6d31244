import { Outlet } from '@tanstack/react-router'
import { useAuthStatus } from '#data/session.ts'
import { TabbedPage } from '#parts/tabbed-page.tsx'

const parts = [
  { to: '/settings/account', label: 'Account' },
  { to: '/settings/keys', label: 'API keys' },
  { to: '/settings/webhooks', label: 'Webhooks' },
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
  const title = status?.mode === 'local' ? 'Keys and data' : 'Your account'
  return (
    <TabbedPage title={title} lead={me?.email ?? null} label="Account" tabs={shown}>
      <Outlet />
    </TabbedPage>
  )
}
