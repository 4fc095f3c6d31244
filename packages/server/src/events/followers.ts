import type { ProgressEvent } from './events.ts'
import type { Follower, Growth } from './follower.ts'

/** The subscribers of this process, by user. */
export interface Followers {
  add(userId: string, follower: Follower): void
  remove(userId: string, follower: Follower): void
  /** @param read says by how much, where anybody follows that user */
  grow(userId: string, read: () => Growth): void
  wakeAll(): void
  has(userId: string): boolean
  progress(userId: string, event: ProgressEvent): void
  stopAll(): void
}

export function createFollowers(): Followers {
  const groups = new Map<string, Set<Follower>>()
  const of = (userId: string): ReadonlySet<Follower> => groups.get(userId) ?? new Set()

  function everyOne(act: (follower: Follower) => void): void {
    for (const group of groups.values()) for (const follower of group) act(follower)
  }

  return {
    add(userId, follower) {
      groups.set(userId, (groups.get(userId) ?? new Set()).add(follower))
    },
    remove(userId, follower) {
      follower.stop()
      const group = groups.get(userId)
      group?.delete(follower)
      if (group?.size === 0) groups.delete(userId)
    },
    grow(userId, read) {
      const group = groups.get(userId)
      if (group === undefined) return
      const growth = read()
      for (const follower of group) follower.grow(growth)
    },
    wakeAll: () => everyOne((follower) => follower.wake()),
    has: (userId) => groups.has(userId),
    progress(userId, event) {
      for (const follower of of(userId)) follower.progress(event)
    },
    stopAll() {
      everyOne((follower) => follower.stop())
      groups.clear()
    },
  }
}
