import { useEffect } from 'react'

interface ViewerKeys {
  readonly onStep: (direction: 1 | -1) => void
  readonly onDelete: () => void
  readonly onDetails: () => void
  readonly onFavourite: () => void
  /** 0 to 5. */
  readonly onRate: (stars: number) => void
  readonly onClose: () => void
}

/** True where the key belongs to a field, an open menu or a dialog that lies over the viewer. */
function elsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false
  if (target.matches('input, textarea, select') || target.closest('[role="menu"]') !== null) return true
  const dialog = target.closest('[aria-modal="true"]')
  return dialog !== null && dialog.getAttribute('aria-label') !== 'Picture'
}

/** The keys of the large view. */
export function useViewerKeys(keys: ViewerKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || elsewhere(event.target)) return
      const actions: Readonly<Record<string, () => void>> = {
        ArrowLeft: () => keys.onStep(-1),
        ArrowRight: () => keys.onStep(1),
        Delete: keys.onDelete,
        Escape: keys.onClose,
        i: keys.onDetails,
        f: keys.onFavourite,
      }
      const action = /^[0-5]$/.test(event.key) ? () => keys.onRate(Number(event.key)) : actions[event.key]
      if (!action) return
      event.preventDefault()
      action()
    }
    // Before anything in the page: a hint that is shown beside a button would take Escape for itself.
    document.addEventListener('keydown', onKey, true)
    return () => document.removeEventListener('keydown', onKey, true)
  })
}
