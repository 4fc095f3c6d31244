import type { Share, ShareChange, ShareCreate, ShareTarget } from '@easel/contract'

/** How long a link is open, in seconds; `at`: until a chosen time. */
export const ends = [
  { value: 'never', label: 'Never' },
  { value: '3600', label: 'In an hour' },
  { value: '86400', label: 'In a day' },
  { value: '604800', label: 'In a week' },
  { value: '2592000', label: 'In 30 days' },
  { value: 'at', label: 'At a time of your choice' },
] as const

/** What the form of a link holds. Times are local, as `2026-11-21T18:30`, or empty. */
export interface ShareValues {
  /** The readable beginning of the address; of a new link only. */
  readonly name: string
  readonly title: string
  readonly comment: string
  readonly protect: boolean
  /** Empty where the one that there is stays. */
  readonly password: string
  readonly startsAt: string
  readonly ends: string
  readonly endsAt: string
  readonly viewLimit: number | null
  readonly download: boolean
  readonly prompt: boolean
  readonly listed: boolean
  /** Whether an album has an address of its own. */
  readonly publish: boolean
  readonly address: string
}

export const startValues: ShareValues = {
  name: '',
  title: '',
  comment: '',
  protect: false,
  password: '',
  startsAt: '',
  ends: 'never',
  endsAt: '',
  viewLimit: null,
  download: true,
  prompt: false,
  listed: false,
  publish: false,
  address: '',
}

export function valuesOf(share: Share): ShareValues {
  const { title, comment, hasPassword, startsAt, expiresAt, viewLimit, download, prompt, listed, address } = share
  return {
    name: '',
    title: title ?? '',
    comment: comment ?? '',
    protect: hasPassword,
    password: '',
    startsAt: localTime(startsAt),
    ends: expiresAt === null ? 'never' : 'at',
    endsAt: localTime(expiresAt),
    viewLimit,
    download,
    prompt,
    listed,
    publish: address !== null,
    address: address ?? '',
  }
}

/** The body that makes a link. @param now in milliseconds */
export function createBody(target: ShareTarget, values: ShareValues, now: number): ShareCreate {
  const name = values.name.replace(/-+$/, '')
  return {
    target,
    ...(name === '' ? {} : { name }),
    ...options(values, now),
    ...(values.protect && values.password !== '' ? { password: values.password } : {}),
  }
}

/** The body that changes a link to what the form says. @param now in milliseconds */
export function changeBody(values: ShareValues, now: number): ShareChange {
  if (!values.protect) return { ...options(values, now), password: null }
  return { ...options(values, now), ...(values.password === '' ? {} : { password: values.password }) }
}

function options(values: ShareValues, now: number) {
  const { title, comment, startsAt, viewLimit, download, prompt, listed, address } = values
  return {
    title: title.trim() === '' ? null : title.trim(),
    comment: comment.trim() === '' ? null : comment.trim(),
    startsAt: sentTime(startsAt),
    expiresAt: endOf(values, now),
    viewLimit,
    download,
    prompt,
    listed,
    address: address === '' ? null : address.replace(/-+$/, ''),
  }
}

function endOf({ ends: when, endsAt }: ShareValues, now: number): string | null {
  if (when === 'at') return sentTime(endsAt)
  const seconds = Number(when)
  return Number.isFinite(seconds) ? new Date(now + seconds * 1000).toISOString() : null
}

function sentTime(local: string): string | null {
  const time = Date.parse(local)
  return Number.isNaN(time) ? null : new Date(time).toISOString()
}

/** As a field for local times takes it. */
function localTime(time: string | null): string {
  if (time === null) return ''
  const date = new Date(time)
  const two = (part: number) => String(part).padStart(2, '0')
  const day = `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** A readable beginning of an address out of what was typed: small letters, digits and hyphens. */
export function slug(typed: string): string {
  return typed
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 60)
}
