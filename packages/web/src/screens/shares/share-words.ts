import type { Share, ShareState } from '@easel/contract'
import { count } from '#parts/format.ts'

export const stateWords: Readonly<Record<ShareState, string>> = {
  open: 'Open',
  'not-yet': 'Not open yet',
  expired: 'Ended',
  'used-up': 'Used up',
  unpublished: 'Gallery is off',
  revoked: 'Revoked',
}

/** What a link is called in a list. */
export function nameOf({ title, label, kind, images }: Pick<Share, 'title' | 'label' | 'kind' | 'images'>): string {
  return title ?? label ?? (kind === 'image' ? 'Picture' : count(images, 'picture', 'pictures'))
}

/**
 * What is worth knowing of a link, in a few words each.
 * @param words writes a time in milliseconds
 */
export function shareFacts(share: Share, words: (time: number) => string): readonly string[] {
  const { kind, images, startsAt, expiresAt, revokedAt } = share
  const pictures = count(images, 'picture', 'pictures')
  const at = (time: string | null, before: string) => (time === null ? '' : `${before} ${words(Date.parse(time))}`)
  return [
    kind === 'album' ? `album, ${pictures}` : '',
    kind === 'images' && nameOf(share) !== pictures ? pictures : '',
    visits(share),
    share.state === 'not-yet' ? at(startsAt, 'opens') : '',
    at(expiresAt, share.state === 'expired' ? 'ended' : 'until'),
    at(revokedAt, 'revoked'),
    share.hasPassword ? 'with a password' : '',
    share.download ? '' : 'not to be saved',
    share.prompt ? 'tells the prompt' : '',
    share.address === null ? '' : 'published',
    share.listed ? 'for search engines' : '',
  ].filter((fact) => fact !== '')
}

function visits({ views, viewLimit }: Share): string {
  if (viewLimit !== null) return `${views} of ${count(viewLimit, 'visit', 'visits')}`
  return views === 0 ? 'not visited yet' : count(views, 'visit', 'visits')
}

export const shareFilters = [
  { value: 'all', label: 'All' },
  { value: 'open', label: 'Open' },
  { value: 'not-yet', label: 'Not yet' },
  { value: 'ended', label: 'Ended' },
  { value: 'revoked', label: 'Revoked' },
] as const

/** What a list of links is narrowed to. */
export interface ShareFilter {
  readonly state: (typeof shareFilters)[number]['value']
  readonly words: string
}

/** Whether a link belongs to what is looked for: its state, and every word somewhere in what it is called. */
export function fits(share: Share, { state, words }: ShareFilter): boolean {
  const ended = share.state === 'expired' || share.state === 'used-up'
  if (state !== 'all' && (state === 'ended' ? !ended : share.state !== state)) return false
  const text = [share.title, share.label, share.comment, share.name].join(' ').toLowerCase()
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
