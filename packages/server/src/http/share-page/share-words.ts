import type { SharedImage, SharedPage } from '@easel/contract'

/** What the tab and a preview card call the page. */
export function pageTitle({ title, kind, count, images }: SharedPage): string {
  const own = title ?? (kind === 'image' ? (images[0]?.title ?? null) : null)
  if (own !== null && own.trim() !== '') return own
  return kind === 'image' ? 'A shared picture' : pictures(count)
}

/** `1 picture`, `1,024 pictures`. */
export function pictures(count: number): string {
  return count === 1 ? '1 picture' : `${count.toLocaleString('en')} pictures`
}

/** What who cannot see the picture is told of it. */
export function alternative({ title, story }: Pick<SharedImage, 'title' | 'story'>): string {
  return cut(title ?? story?.prompt ?? 'Picture', 300)
}

/** As much of a text as fits, on one line. */
export function cut(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const signs = Array.from(line)
  return signs.length <= most ? line : `${signs.slice(0, most - 1).join('')}…`
}

/** A time for who runs no script: the server does not know where a visitor is. */
export function timeInWords(time: string): string {
  return `${new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(time))} UTC`
}
