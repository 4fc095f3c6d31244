import type { Generation } from '@easel/contract'
import { VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense, useCallback } from 'react'
import { announce, useLive } from '#data/live.ts'
import { useLiveEvents } from '#data/use-live-events.ts'
import { count } from '#parts/format.ts'
import { DeletePictureProvider } from '#screens/picture/delete-picture.tsx'
import { AwayBanner } from './away-banner.tsx'
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
  useLiveEvents(useCallback((generation) => announce(finishedWords(generation)), []))
  useShortcuts(shortcutsDialog.toggle)
  return (
    <DeletePictureProvider>
      <a className={classes['skip']} href="#main">
        Skip to content
      </a>
      <Navigation onPreferences={preferencesDialog.open} />
      <main id="main" className={classes['main']} tabIndex={-1}>
        <AwayBanner />
        <Outlet />
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
