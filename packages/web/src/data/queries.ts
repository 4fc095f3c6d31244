import { routes, type GenerationRequest } from '@easel/contract'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'

/** A list of pictures: the library, the trash, an album, or what a search finds in one of them. */
export interface ImageFilter {
  readonly trash: boolean
  /** As in the search box. */
  readonly q?: string
  /** Its id. */
  readonly album?: string
  /** Only what is older than this moment, an ISO time. */
  readonly before?: string
  readonly sort?: 'date' | 'rank' | 'album'
}

export const keys = {
  generations: ['generations'],
  generation: (id: string) => ['generation', id],
  allImages: ['images'],
  images: (filter: ImageFilter) => ['images', filter] as const,
  allCounts: ['image-count'],
  tags: ['tags'],
  timeline: ['timeline'],
  albums: ['albums'],
  searches: ['searches'],
  prompts: ['prompts'],
  shares: ['shares'],
  people: ['people'],
  lineage: (id: string) => ['image', id, 'lineage'],
  trash: ['trash'],
  image: (id: string) => ['image', id],
  connections: ['connections'],
  connectionList: ['connections', 'list'],
  modelDefaults: ['connections', 'model-defaults'],
  providers: ['providers'],
  allModels: ['models'],
  models: (connectionId: string) => ['models', connectionId],
  writing: ['writing'],
  allTextModels: ['text-models'],
  textModels: (connectionId: string) => ['text-models', connectionId],
} as const

const FEED_PAGE = 20
const LIBRARY_PAGE = 100
const LONGEST_PAGE = 200
const first: string | undefined = undefined

/** The newest generations first, page by page. */
export function generationsQuery() {
  return infiniteQueryOptions({
    queryKey: keys.generations,
    queryFn: ({ pageParam, signal }) =>
      call(routes.listGenerations, { query: { limit: FEED_PAGE, ...cursor(pageParam) } }, { signal }),
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
}

export function generationQuery(id: string) {
  return queryOptions({
    queryKey: keys.generation(id),
    queryFn: ({ signal }) => call(routes.getGeneration, { params: { id } }, { signal }),
  })
}

function queryOf({ trash, ...rest }: ImageFilter) {
  return { ...rest, ...(trash ? { trash: 'true' } : {}) }
}

/** The newest pictures first, page by page; with `trash` the deleted ones. */
export function imagesQuery(filter: ImageFilter) {
  return infiniteQueryOptions({
    queryKey: keys.images(filter),
    queryFn: ({ pageParam, signal }) =>
      call(routes.listImages, { query: { limit: LIBRARY_PAGE, ...queryOf(filter), ...cursor(pageParam) } }, { signal }),
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
}

/** The ids of everything in a list, in its order; a list may be long. */
export async function imageIdsOf(filter: ImageFilter): Promise<readonly string[]> {
  const ids: string[] = []
  for (let from = first, more = true; more;) {
    const { data, nextCursor } = await call(routes.listImages, {
      query: { limit: LONGEST_PAGE, ...queryOf(filter), ...cursor(from) },
    })
    ids.push(...data.map(({ id }) => id))
    from = nextCursor ?? undefined
    more = from !== undefined
  }
  return ids
}

/** The days that have pictures, the newest first. */
export function timelineQuery() {
  return queryOptions({
    queryKey: keys.timeline,
    queryFn: async ({ signal }) => (await call(routes.getTimeline, {}, { signal })).data,
    staleTime: 0,
  })
}

/** How many pictures are in such a list. */
export function imageCountQuery({ sort: _sort, ...filter }: ImageFilter) {
  return queryOptions({
    queryKey: [...keys.allCounts, filter],
    queryFn: async ({ signal }) => (await call(routes.countImages, { query: queryOf(filter) }, { signal })).data,
  })
}

export function imageQuery(id: string) {
  return queryOptions({
    queryKey: keys.image(id),
    queryFn: async ({ signal }) => (await call(routes.getImage, { params: { id } }, { signal })).data,
  })
}

export function connectionsQuery() {
  return queryOptions({
    queryKey: keys.connectionList,
    queryFn: async ({ signal }) => (await call(routes.listConnections, {}, { signal })).data,
  })
}

/** What a request would cost. Below the connections, so that a new price list is noticed. */
export function estimateQuery(request: GenerationRequest) {
  return queryOptions({
    queryKey: [...keys.connections, 'estimate', request],
    queryFn: ({ signal }) => call(routes.estimateGeneration, { body: request }, { signal }),
    staleTime: 30_000,
    retry: false,
  })
}

export function modelDefaultsQuery() {
  return queryOptions({
    queryKey: keys.modelDefaults,
    queryFn: async ({ signal }) => (await call(routes.listModelDefaults, {}, { signal })).data,
  })
}

export function providersQuery() {
  return queryOptions({
    queryKey: keys.providers,
    queryFn: async ({ signal }) => (await call(routes.listProviders, {}, { signal })).data,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** The models of one connection. An engine may be slow or away, so an answer is kept for five minutes. */
export function modelsQuery(connectionId: string) {
  return queryOptions({
    queryKey: keys.models(connectionId),
    queryFn: async ({ signal }) =>
      (await call(routes.listModels, { params: { id: connectionId }, query: {} }, { signal })).data,
    staleTime: 5 * 60_000,
    retry: false,
  })
}

function cursor(value: string | undefined): { cursor?: string } {
  return value === undefined ? {} : { cursor: value }
}
