import type { Generation } from '@easel/contract'
import { VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Outlet, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useCallback, useEffect } from 'react'
import { useKeepVisit } from '#data/keep-visit.ts'
import { announce, useLive } from '#data/live.ts'
import { useAuthStatus } from '#data/session.ts'
import { useLiveEvents } from '#data/use-live-events.ts'
import { count } from '#parts/format.ts'
import { AddImagesProvider } from '#screens/add-images/add-images.tsx'
import { DeletePictureProvider } from '#screens/picture/delete-picture.tsx'
import { SharingProvider } from '#screens/shares/sharing.tsx'
import { AwayBanner } from './away-banner.tsx'
import { GuestBanner } from './guest-banner.tsx'
import { Navigation } from './navigation.tsx'
import classes from './shell.module.css'
import { useShortcuts } from './use-shortcuts.ts'

const Preferences = lazy(async () => ({ default: (await import('./preferences.tsx')).Preferences }))
const Shortcuts = lazy(async () => ({ default: (await import('./shortcuts.tsx')).Shortcuts }))

function finishedWords({ state, images, request, error }: Generation): string {
  if (state === 'succeeded') return `${count(images.length, 'picture', 'pictures')} finished: ${request.prompt}`
  if (state === 'cancelled') return `Cancelled: ${request.prompt}`
  return `Failed: ${error?.message ?? request.prompt}`
}

/** The frame around every screen: navigation, live updates, shortcuts and what is spoken. */
export function Shell() {
  const [preferences, preferencesDialog] = useDisclosure(false)
  const [shortcuts, shortcutsDialog] = useDisclosure(false)
  const { spoken } = useLive()
  const status = useAuthStatus()
  useKeepVisit()
  const router = useRouter()
  // The library is what can be looked at while the server is away, so it is there before it is asked for.
  useEffect(() => void router.preloadRoute({ to: '/library' }), [router])
  useLiveEvents(useCallback((generation) => announce(finishedWords(generation)), []))
  useShortcuts(shortcutsDialog.toggle)
  return (
    <DeletePictureProvider>
      <a className={classes['skip']} href="#main">
        Skip to content
      </a>
      <Navigation me={status?.mode === 'accounts' ? status.me : null} onPreferences={preferencesDialog.open} />
      <main id="main" className={classes['main']} tabIndex={-1}>
        <AwayBanner />
        <GuestBanner />
        <AddImagesProvider>
          <SharingProvider>
            <Outlet />
          </SharingProvider>
        </AddImagesProvider>
        <div id="overlays" />
      </main>
      <Suspense fallback={null}>
        {preferences && <Preferences onClose={preferencesDialog.close} onShortcuts={shortcutsDialog.open} />}
        {shortcuts && <Shortcuts onClose={shortcutsDialog.close} />}
      </Suspense>
      <VisuallyHidden role="status" aria-live="polite">
        {spoken}
      </VisuallyHidden>
    </DeletePictureProvider>
  )
}
