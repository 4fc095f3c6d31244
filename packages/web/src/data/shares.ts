// Links by which pictures are shown to people who are not signed in.
import { routes, type Share, type ShareChange, type ShareCreate, type ShareTarget } from '@easel/contract'
import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type QueryClient,
} from '@tanstack/react-query'
import { call } from './client.ts'
import { keys } from './queries.ts'

const PAGE = 100
const first: string | undefined = undefined

/** Every link, the newest first, page by page. */
export function sharesQuery() {
  return infiniteQueryOptions({
    queryKey: [...keys.shares, 'all'],
    queryFn: ({ pageParam, signal }) => {
      const from = pageParam === undefined ? {} : { cursor: pageParam }
      return call(routes.listShares, { query: { limit: PAGE, ...from } }, { signal })
    },
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
}

/** What links can be asked for by: a selection has none that could be found again. */
export type Shared = { readonly image: string } | { readonly album: string }

export function sharedOf(target: ShareTarget): Shared | null {
  if (target.kind === 'image') return { image: target.imageId }
  return target.kind === 'album' ? { album: target.albumId } : null
}

/** The links to one picture or album, the newest first. */
export function sharesOfQuery(shared: Shared) {
  return queryOptions({
    queryKey: [...keys.shares, shared],
    queryFn: async ({ signal }) =>
      (await call(routes.listShares, { query: { limit: PAGE, ...shared } }, { signal })).data,
  })
}

export function useCreateShare() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (body: ShareCreate) => (await call(routes.createShare, { body })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.shares }),
  })
}

export interface ShareUpdate {
  readonly id: string
  readonly change: ShareChange
}

export function useUpdateShare() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, change }: ShareUpdate) =>
      (await call(routes.updateShare, { params: { id }, body: change })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.shares }),
  })
}

export function useRevokeShare() {
  const client = useQueryClient()
  return useMutation({ mutationFn: (id: string) => revokeShare(client, id) })
}

/** Ends a link, for good. */
export async function revokeShare(client: QueryClient, id: string): Promise<void> {
  await call(routes.revokeShare, { params: { id } })
  void client.invalidateQueries({ queryKey: keys.shares })
}

/** A link as one click makes it. */
function isPlain(share: Share): boolean {
  const { state, startsAt, expiresAt, viewLimit, title, comment, address } = share
  const limited = [startsAt, expiresAt, viewLimit, title, comment, address].some((option) => option !== null)
  return state === 'open' && !limited && !share.hasPassword && share.download && !share.prompt && !share.listed
}

/** The link without options to something: the one that there is, else a new one. */
export async function plainShare(client: QueryClient, target: ShareTarget): Promise<{ share: Share; made: boolean }> {
  const shared = sharedOf(target)
  const links = shared === null ? [] : await client.fetchQuery({ ...sharesOfQuery(shared), staleTime: 0 })
  const known = links.find(isPlain)
  if (known !== undefined) return { share: known, made: false }
  const { data: share } = await call(routes.createShare, { body: { target } })
  void client.invalidateQueries({ queryKey: keys.shares })
  return { share, made: true }
}

/** The whole address of a link's page, also where the server does not know its own. */
export function wholeAddress({ url }: Pick<Share, 'url'>): string {
  return new URL(url, window.location.origin).href
}
