// Pictures by their address. Rule TR16 in docs/spec/transfer.md.
import { EaselError } from '#base/errors.ts'
import { receiveBytes, type Received } from './receive.ts'
import { createTurns } from './turns.ts'

/**
 * Fetches what stands at an address that a user named, from the public internet alone: the address is checked, and every one that it leads to.
 * @param limits `maxBytes`, and `signal`, which ends it
 * @throws EaselError in words for the user; `too-large` over the limit
 */
export type FetchPicture = (
  url: string,
  limits: { readonly maxBytes: number; readonly signal: AbortSignal },
) => Promise<Uint8Array>

interface Ports {
  readonly fetchPicture: FetchPicture
  readonly maxBytes: number
}

/** Fetched at a time for one user, who may name slow addresses, and for all of them, since they stand in memory. */
const atOnce = { user: 2, all: 6 }

/** An address without what may be a secret of its owner. */
export function plainAddress(url: string): string | null {
  const parsed = URL.parse(url)
  return parsed === null || parsed.origin === 'null' ? null : (parsed.origin + parsed.pathname).slice(0, 2000)
}

/** The name of a file at an address, or null. */
export function nameInAddress(url: string): string | null {
  const last = URL.parse(url)?.pathname.split('/').at(-1) ?? ''
  try {
    return decodeURIComponent(last) || null
  } catch {
    // Not every address is UTF-8.
    return last
  }
}

export function createFetching({ fetchPicture, maxBytes }: Ports) {
  const turns = createTurns(atOnce.all)
  const users = new Map<string, { turns: ReturnType<typeof createTurns>; count: number }>()

  return async (
    userId: string,
    { url, field }: { readonly url: string; readonly field: string },
    gone: AbortSignal,
  ): Promise<Received> => {
    const own = users.get(userId) ?? { turns: createTurns(atOnce.user), count: 0 }
    users.set(userId, own)
    own.count += 1
    try {
      const bytes = await own.turns(() =>
        turns(async () => {
          // Nobody waits for it any more.
          if (gone.aborted) throw new EaselError('bad-request', 'The request was given up.')
          return await fetchPicture(url, { maxBytes, signal: gone })
        }),
      )
      return receiveBytes(bytes, { field, maxBytes })
    } finally {
      own.count -= 1
      if (own.count === 0) users.delete(userId)
    }
  }
}
