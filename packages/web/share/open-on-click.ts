import type { Shown } from './grid.ts'

/** Pictures open large in the page, with the one before and the one after a key or a swipe away. */
export function openOnClick(shown: Shown): void {
  document.addEventListener('click', (event) => {
    const { target } = event
    const link = target instanceof Element ? target.closest<HTMLAnchorElement>('a[data-open]') : null
    // Whoever asks for another tab or window gets it.
    if (link === null || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    void import('./large-view.ts').then(
      ({ openLarge }) => openLarge(shown, Number(link.dataset['open'])),
      // The viewer cannot be loaded: the picture can.
      () => window.location.assign(link.href),
    )
  })
}
