import { StorageError } from './storage.ts'

// A dot at either end is refused for more than `.` and `..`: hidden folders stay the store's own, and file systems that drop a
// trailing dot cannot make one file of two keys.
const segment = /^[A-Za-z0-9_-](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9_-])?$/
const longestKey = 1024

/** True when `name` may stand between two slashes of a key (ST1). */
export function isSegment(name: string): boolean {
  return segment.test(name)
}

/**
 * Refuses what is no key (ST1), before any file or network is touched.
 * @throws StorageError `bad-key`
 */
export function checkKey(key: string): void {
  if (key.length > longestKey || !key.split('/').every(isSegment)) {
    throw new StorageError('bad-key', `Not a key: ${JSON.stringify(key.slice(0, 100))}`)
  }
}

/**
 * Refuses what is no prefix: a key, or nothing for every key (ST5).
 * @throws StorageError `bad-key`
 */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(prefix)
}
