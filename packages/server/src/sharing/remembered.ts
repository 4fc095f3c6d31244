// What is known of open links, remembered for seconds: a page of pictures asks the database for none of them. Rule SH24 in docs/spec/sharing.md.
import type { FoundShare } from './decide.ts'
import type { FoundPicture } from './find-shown.ts'
import type { ShareRow } from './share-record.ts'
import type { ShownPicture } from './shown-pictures.ts'

export const rememberMs = 5_000
/** So long a change that this process makes may take from its event to its commit. */
const holdMs = 500
const mostLinks = 2_000
/** A picture's row holds its prompt and may weigh some kilobytes. */
const mostPictures = 5_000

export interface Remembered {
  /** The link of this name; `find` is asked where it is not known, and may bring a picture that it shows. */
  share(name: string, find: () => Promise<FoundPicture | null>): Promise<FoundShare | null>
  /** A picture that a link shows; `find` is asked where it is not known. */
  picture(share: ShareRow, id: string, find: () => Promise<ShownPicture | null>): Promise<ShownPicture | null>
  /** Called before pictures of a link are read. @returns takes what was read; it is kept only if nothing was forgotten meanwhile */
  keeper(share: ShareRow): (pictures: readonly ShownPicture[]) => void
  /** Something of an owner's has changed; null: of anybody's. */
  forget(ownerId: string | null): void
  /** The same, before the change is committed: nothing new is kept for a moment. */
  distrust(ownerId: string): void
}

interface Entry {
  readonly found: FoundShare
  readonly untilMs: number
  readonly pictures: Map<string, ShownPicture>
}

/** A number of visits is counted one by one, passwords are asked anew, and what is not there would let guesses fill the memory. */
const isLasting = ({ password, view_limit: limit, revoked_at: revoked, owned, shows }: FoundShare): boolean =>
  password === null && limit === null && revoked === null && owned && shows

export function createRemembered(now: () => number): Remembered {
  // Maps keep the order of insertion, so that the first is the oldest.
  const entries = new Map<string, Entry>()
  const held = new Map<string, number>()
  let pictures = 0
  let forgotten = 0

  function drop(name: string): void {
    pictures -= entries.get(name)?.pictures.size ?? 0
    entries.delete(name)
  }

  function trim(): void {
    for (const [name, { untilMs }] of entries) {
      if (untilMs > now() && entries.size <= mostLinks && pictures <= mostPictures) break
      drop(name)
    }
  }

  function entryOf(name: string): Entry | null {
    const entry = entries.get(name)
    if (entry === undefined) return null
    if (entry.untilMs > now()) return entry
    drop(name)
    return null
  }

  function mayKeep(mark: number, ownerId: string): boolean {
    return mark === forgotten && (held.get(ownerId) ?? 0) <= now()
  }

  function forget(ownerId: string | null): void {
    forgotten += 1
    for (const [name, { found }] of entries) if (ownerId === null || found.user_id === ownerId) drop(name)
  }

  function keeper({ id, name, user_id: ownerId }: ShareRow): (read: readonly ShownPicture[]) => void {
    const mark = forgotten
    return (read) => {
      const entry = entryOf(name)
      if (entry === null || entry.found.id !== id || !mayKeep(mark, ownerId)) return
      const before = entry.pictures.size
      for (const picture of read) entry.pictures.set(picture.id, picture)
      pictures += entry.pictures.size - before
      trim()
    }
  }

  return {
    async share(name, find) {
      const entry = entryOf(name)
      if (entry !== null) return entry.found
      const mark = forgotten
      const { share: found, picture } = (await find()) ?? { share: null, picture: null }
      if (found === null || !isLasting(found) || !mayKeep(mark, found.user_id)) return found
      drop(name)
      const shown = picture === null ? [] : [[picture.id, picture] as const]
      entries.set(name, { found, untilMs: now() + rememberMs, pictures: new Map(shown) })
      pictures += shown.length
      trim()
      return found
    },
    async picture(share, id, find) {
      const known = entryOf(share.name)?.pictures.get(id)
      if (known !== undefined) return known
      const keep = keeper(share)
      const found = await find()
      if (found !== null) keep([found])
      return found
    },
    keeper,
    forget,
    distrust(ownerId) {
      for (const [id, untilMs] of held) if (untilMs <= now()) held.delete(id)
      held.set(ownerId, now() + holdMs)
      forget(ownerId)
    },
  }
}
