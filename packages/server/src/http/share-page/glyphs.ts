import { html, type Html } from './html.ts'

const shapes = {
  download: 'M12 4v11M7 10.5l5 5 5-5M5 20h14',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2',
  away: 'M10 14a4 4 0 0 1 0-5.7l2.8-2.8a4 4 0 0 1 5.7 5.7l-1 1M14 10a4 4 0 0 1 0 5.7l-2.8 2.8a4 4 0 0 1-5.7-5.7l1-1',
} as const

/** A line drawing in the colour of the text around it. It is never the only name of a thing. */
export function glyph(name: keyof typeof shapes): Html {
  return html`<svg
    class="glyph"
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.7"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d="${shapes[name]}" />
  </svg>`
}

/** Whose page it is, small at its end. */
export function mark(): Html {
  return html`<footer>
    <svg viewBox="0 0 32 32" width="18" height="18" aria-hidden="true">
      <path
        d="M16 3v3M11.5 23.5 8 29.5M20.5 23.5l3.5 6M16 23.5v4.5M4.5 23.2h23"
        fill="none"
        stroke="currentColor"
        stroke-width="2.4"
        stroke-linecap="round"
      />
      <rect class="sheet" x="6.5" y="6" width="19" height="14.4" rx="2" /></svg
    >Shared with Easel
  </footer>`
}
