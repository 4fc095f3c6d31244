import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { focusPrompt } from '#parts/focus-prompt.ts'

const SEQUENCE = 1000

/** True where letters are text and not commands, and under a dialog that has keys of its own. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || target.matches('input, textarea, select')
}

const places = { s: '/', l: '/library', e: '/engines' } as const

function placeFor(key: string): (typeof places)[keyof typeof places] | null {
  return key === 's' || key === 'l' || key === 'e' ? places[key] : null
}

/** The shortcuts that hold on every screen. */
export function useShortcuts(onHelp: () => void): void {
  const navigate = useNavigate()
  useEffect(() => {
    let startedAt = Number.NEGATIVE_INFINITY
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const place = event.timeStamp - startedAt < SEQUENCE ? placeFor(event.key) : null
      startedAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      if (place !== null) {
        event.preventDefault()
        void navigate({ to: place })
      } else if (event.key === '/') {
        event.preventDefault()
        const search = document.querySelector<HTMLInputElement>('input[type="search"]')
        if (search === null) void navigate({ to: '/' }).then(focusPrompt)
        else search.focus()
      } else if (event.key === '?') {
        event.preventDefault()
        onHelp()
      }
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [navigate, onHelp])
}
