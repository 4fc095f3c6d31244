import { createHash } from 'node:crypto'

/**
 * The id that something of an export has here when its own is somebody else's: always the same one, so that a repeat finds it again.
 * @param parts what it is and whose it becomes
 * @returns a UUIDv7 with the time of `id`, so that it sorts where that would
 */
export function derivedId(id: string, parts: readonly string[]): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([id, ...parts]))
    .digest('hex')
  return `${id.slice(0, 13)}-7${hex.slice(0, 3)}-a${hex.slice(3, 6)}-${hex.slice(6, 18)}`
}
