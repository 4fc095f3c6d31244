import type { SharedImage, SharedPage } from '@easel/contract'
import { justify } from '../src/screens/library/justified.ts'
import { morePictures } from './shared-data.ts'
import { tile } from './tile.ts'

/** The pictures that are on the page so far, and how to get more. */
export interface Shown {
  readonly images: readonly SharedImage[]
  /** Pictures in all. */
  readonly count: number
  /** Each link in the page that opens a picture, by its place among `images`. */
  readonly linkOf: (index: number) => HTMLElement | null
  /** Adds the next ones; does nothing where there are none. */
  readonly grow: () => Promise<void>
}

/** Must be the gap of the style sheet. */
const gap = 6
/** Pixels below the screen at which more are fetched. */
const ahead = 1600

/** Lays the pictures out in rows from edge to edge, and fetches more as the end comes near. */
export function growGrid(page: SharedPage): Shown {
  const images = [...page.images]
  const grid = document.querySelector<HTMLElement>('#grid')
  const shown = {
    images,
    count: page.count,
    linkOf: (index: number) => document.querySelector<HTMLElement>(`[data-open="${index}"]`),
  }
  if (grid === null) return { ...shown, grow: () => Promise.resolve() }
  new ResizeObserver(() => layOut(grid, images)).observe(grid)
  layOut(grid, images)

  let cursor = page.nextCursor
  let growing: Promise<void> | null = null
  const more = moreLine()
  const fetchMore = async (from: string): Promise<void> => {
    more?.busy()
    const next = await morePictures(page.name, from)
    if (next === 'closed') return window.location.reload()
    if (next === 'failed') return more?.failed()
    grid.append(...next.images.map((image, index) => tile(image, images.length + index)))
    images.push(...next.images)
    cursor = next.nextCursor
    layOut(grid, images)
    more?.done(next.images.length, cursor)
  }
  const grow = async (): Promise<void> => {
    if (cursor === null) return
    growing ??= fetchMore(cursor)
      .catch(() => more?.failed())
      .finally(() => (growing = null))
    await growing
  }
  more?.wanted(grow)
  return { ...shown, grow }
}

function layOut(grid: HTMLElement, images: readonly SharedImage[]): void {
  const width = Math.floor(grid.clientWidth)
  if (width === 0) return
  const rows = justify(images, { width, gap, target: width < 600 ? 150 : width < 1100 ? 220 : 270 })
  for (const { from, to, height, widths } of rows) {
    for (let index = from; index < to; index++) {
      const item = grid.children[index]
      if (!(item instanceof HTMLElement)) continue
      item.style.width = `${widths[index - from] ?? 0}px`
      item.style.height = `${height}px`
    }
  }
  grid.dataset['laid'] = ''
}

/** The button that brings more, which presses itself when it comes near. */
function moreLine() {
  const line = document.querySelector('.more')
  const button = line?.querySelector('a') ?? null
  if (line === null || button === null) return null
  const status = document.createElement('span')
  status.className = 'unseen'
  status.setAttribute('role', 'status')
  line.after(status)
  const words = button.textContent
  let grow: () => Promise<void> = () => Promise.resolve()
  const near = new IntersectionObserver(([entry]) => entry?.isIntersecting === true && void grow(), {
    rootMargin: `${ahead}px`,
  })
  return {
    wanted(how: () => Promise<void>) {
      grow = how
      near.observe(line)
      button.addEventListener('click', (event) => {
        event.preventDefault()
        void grow()
      })
    },
    busy() {
      button.textContent = 'Loading …'
    },
    done(many: number, next: string | null) {
      status.textContent = `${many} more pictures`
      button.textContent = words
      near.disconnect()
      if (next === null) line.remove()
      // Asks anew: on a large screen the end may still be near.
      else near.observe(line)
    },
    failed() {
      near.disconnect()
      button.textContent = 'Could not load more. Try again'
    },
  }
}
