/** Remembers texts for a while, the newest of them. */
export interface Recent {
  has(text: string): boolean
  add(text: string): void
}

const most = 20_000

export function createRecent(forMs: number, now: () => number): Recent {
  const until = new Map<string, number>()
  return {
    has: (text) => (until.get(text) ?? 0) > now(),
    add(text) {
      until.delete(text)
      until.set(text, now() + forMs)
      if (until.size <= most) return
      const oldest = until.keys().next()
      if (oldest.done !== true) until.delete(oldest.value)
    },
  }
}
