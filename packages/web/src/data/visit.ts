// The pictures that were seen last, kept so that they can be looked at while the server is away. They lie in a cache of the browser's own
// that is named after their owner; there is never more than one, and none while nobody is signed in.
import { AuthStatus, Image } from '@easel/contract'
import { z } from 'zod'
import type { Pages } from './pages.ts'

const prefix = 'easel-visit-'
const record = '/visit.json'
/** Older ones may be of a session that has ended meanwhile. */
const longestMs = 7 * 24 * 60 * 60_000
const mostPages = 2
const mostThumbnails = 160

const Visit = z.object({
  at: z.number(),
  status: AuthStatus,
  pages: z.object({
    pages: z.array(z.object({ data: z.array(Image), nextCursor: z.string().nullable() })),
    // JSON has no undefined, which is how the first page is asked for.
    pageParams: z.array(
      z
        .string()
        .nullable()
        .transform((cursor) => cursor ?? undefined),
    ),
  }),
})
type Visit = z.infer<typeof Visit>

// Where the page came by plain http from another machine, browsers have no such cache.
const available = (): boolean => typeof caches !== 'undefined'

/** Who may write: changes whenever what is kept is forgotten, so that a writer who is late writes nothing. */
let turn = 0

export async function forgetVisit(): Promise<void> {
  turn++
  if (!available()) return
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix))
  await Promise.all(names.map((name) => caches.delete(name)))
}

/** What was kept last, or null. */
export async function readVisit(now: number = Date.now()): Promise<Visit | null> {
  if (!available()) return null
  const name = (await caches.keys()).find((one) => one.startsWith(prefix))
  const kept = name === undefined ? undefined : await (await caches.open(name)).match(record)
  const visit = Visit.safeParse(await kept?.json().catch(() => null))
  const owner = visit.data?.status.me?.id
  if (!visit.success || owner === undefined || name !== prefix + owner) return null
  return now - visit.data.at < longestMs ? visit.data : null
}

/** Keeps the first pictures of the library, and their thumbnails, in the place of those before. */
export async function keepVisit(status: AuthStatus, library: Pages<Image>): Promise<void> {
  if (!available() || status.me === null) return
  const mine = turn
  const pages = library.pages.slice(0, mostPages)
  const cursors = z.array(z.string().nullish()).parse(library.pageParams.slice(0, mostPages))
  const visit = { at: Date.now(), status, pages: { pages, pageParams: cursors.map((cursor) => cursor ?? null) } }
  const cache = await caches.open(prefix + status.me.id)
  const writing = async (address: string, answer: Response): Promise<void> => {
    if (mine === turn) await cache.put(address, answer)
    // Forgotten while it was opened or written.
    if (mine !== turn) await forgetVisit()
  }
  await writing(record, Response.json(visit))
  const wanted = pages.flatMap((page) => page.data.map((image) => image.thumbnailUrl)).slice(0, mostThumbnails)
  await dropOthers(cache, wanted)
  for (const address of wanted) {
    if (mine !== turn) return
    if ((await cache.match(address)) !== undefined) continue
    // What the page has shown is in the browser's cache already and costs no request.
    const answer = await fetch(address, { cache: 'force-cache' }).catch(() => null)
    if (answer === null) return
    if (answer.ok) await writing(address, answer)
  }
}

async function dropOthers(cache: Cache, wanted: readonly string[]): Promise<void> {
  const kept = new Set([record, ...wanted])
  for (const request of await cache.keys()) {
    if (!kept.has(new URL(request.url).pathname)) await cache.delete(request)
  }
}
