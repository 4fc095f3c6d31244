import { routes, type EaselEvent, type Generation, type Image } from '@easel/contract'
import type { Query, QueryClient } from '@tanstack/react-query'
import { ApiError, type Call } from './client.ts'
import { patchItem, placeItem, removeItem, type Pages } from './pages.ts'
import { keys } from './queries.ts'

interface SinkOptions {
  readonly client: QueryClient
  readonly call: Call
  /** A generation ended; for the words that a screen reader speaks. */
  readonly onFinished: (generation: Generation) => void
}

export interface EventSink {
  accept(event: EaselEvent): void
  /** Resolves when nothing that was started is still under way. */
  settled(): Promise<void>
}

/** Puts a generation into the feed, or in the place of the older one. */
export function storeGeneration(client: QueryClient, generation: Generation): void {
  client.setQueryData(keys.generation(generation.id), generation)
  client.setQueryData<Pages<Generation>>(keys.generations, (pages) => pages && placeItem(pages, generation))
}

/** Puts a picture into every list that shows it: library or trash, its generation, and its own page. */
export function storeImage(client: QueryClient, image: Image): void {
  const inTrash = image.deletedAt !== null
  client.setQueryData(keys.image(image.id), image)
  if (image.parentId !== null) void client.invalidateQueries({ queryKey: keys.lineage(image.parentId) })
  client.setQueryData<Pages<Image>>(
    keys.images({ trash: false }),
    (pages) => pages && (inTrash ? removeItem(pages, image.id) : placeItem(pages, image)),
  )
  if (!inTrash) {
    client.setQueryData<Pages<Image>>(keys.images({ trash: true }), (pages) => pages && removeItem(pages, image.id))
  }
  patchSearches(client, (pages) => (inTrash ? removeItem(pages, image.id) : patchItem(pages, image.id, () => image)))
  patchImagesOf(client, image.generationId, (images) => {
    return images.map((other) => (other.id === image.id ? image : other))
  })
}

/** Takes a picture out of the library and the feed; the trash is asked anew, since only the server knows its time. */
export function dropImage(client: QueryClient, id: string): void {
  client.setQueryData<Pages<Image>>(keys.images({ trash: false }), (pages) => pages && removeItem(pages, id))
  client.setQueryData<Pages<Generation>>(keys.generations, (pages) => {
    const owner = pages?.pages.flatMap((page) => page.data).find((item) => item.images.some((image) => image.id === id))
    return pages && owner ? patchItem(pages, owner.id, (item) => withoutImage(item, id)) : pages
  })
  patchSearches(client, (pages) => removeItem(pages, id))
  void client.invalidateQueries({ queryKey: keys.images({ trash: true }) })
  void client.invalidateQueries({ queryKey: keys.allCounts })
  void client.invalidateQueries({ queryKey: keys.people })
  void client.invalidateQueries({ queryKey: keys.image(id), refetchType: 'none' })
}

/** Lists that only the server can put a picture into: what a search finds, and albums. */
function isSearch({ queryKey: [, filter] }: Query): boolean {
  return typeof filter === 'object' && filter !== null && Object.keys(filter).some((name) => name !== 'trash')
}

/** Changes what is loaded of searches and albums; what else they would find now is asked for when they are looked at again. */
function patchSearches(client: QueryClient, change: (pages: Pages<Image>) => Pages<Image>): void {
  const lists = { queryKey: keys.allImages, predicate: isSearch }
  client.setQueriesData<Pages<Image>>(lists, (pages) => pages && change(pages))
  void client.invalidateQueries({ ...lists, refetchType: 'none' })
}

/** Asks anew for what only the server can put pictures into. */
function readSearches(client: QueryClient): void {
  void client.invalidateQueries({ queryKey: keys.allImages, predicate: isSearch })
  void client.invalidateQueries({ queryKey: keys.allCounts })
}

type Collections = Extract<EaselEvent, { type: 'library.changed' }>['what']

function readCollections(client: QueryClient, what: Collections): void {
  const changed = {
    images: [keys.allImages, keys.allCounts, keys.generations, keys.timeline],
    tags: [keys.tags],
    albums: [keys.albums, keys.people],
    searches: [keys.searches],
    prompts: [keys.prompts],
    shares: [keys.shares],
    people: [keys.people],
  } as const satisfies Record<Collections, readonly (readonly string[])[]>
  for (const queryKey of changed[what]) void client.invalidateQueries({ queryKey })
  if (what === 'albums') readSearches(client)
}

function withoutImage(generation: Generation, id: string): Generation {
  return { ...generation, images: generation.images.filter((image) => image.id !== id) }
}

function patchImagesOf(client: QueryClient, generationId: string | null, change: (images: Image[]) => Image[]): void {
  if (generationId === null) return
  patchGeneration(client, generationId, (item) => ({ ...item, images: change(item.images) }))
}

function patchGeneration(client: QueryClient, id: string, change: (item: Generation) => Generation): void {
  client.setQueryData<Pages<Generation>>(keys.generations, (pages) => pages && patchItem(pages, id, change))
  client.setQueryData<Generation>(keys.generation(id), (item) => item && change(item))
}

/**
 * Runs one task per name at a time; asked again meanwhile, it runs once more afterwards and not more often. `onMissed` is told
 * when the server could not be reached.
 */
function createCoalescer(onMissed: () => void) {
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const run = (name: string, task: () => Promise<void>): void => {
    if (running.has(name)) {
      again.add(name)
      return
    }
    const work = task()
      .catch((error: unknown) => {
        // A thing that is gone needs no reading.
        if (!(error instanceof ApiError)) throw error
        if (error.code === 'away') onMissed()
      })
      .finally(() => {
        running.delete(name)
        if (again.delete(name)) run(name, task)
      })
    running.set(name, work)
  }
  const settled = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running.values())
  }
  return { run, settled }
}

/** Turns the server's events into the smallest changes of what has been loaded. */
export function createEventSink({ client, call, onFinished }: SinkOptions): EventSink {
  // The stream may hold while a read fails, and then nobody would ask again.
  const { run, settled } = createCoalescer(() => void client.invalidateQueries())

  const readGeneration = (id: string, then: (generation: Generation) => void = () => {}) =>
    run(`generation ${id}`, async () => {
      const generation = await call(routes.getGeneration, { params: { id } })
      storeGeneration(client, generation)
      then(generation)
    })

  const readImage = (id: string) =>
    run(`image ${id}`, async () => storeImage(client, (await call(routes.getImage, { params: { id } })).data))

  // Every start and every end moves the places in line of those who wait.
  const readQueue = () =>
    run('queue', async () => {
      const page = await call(routes.listGenerations, { query: { state: 'queued', limit: 200 } })
      const places = new Map(page.data.map((item) => [item.id, item.place]))
      for (const [id, place] of places) {
        patchGeneration(client, id, (item) => (item.state === 'queued' ? { ...item, place } : item))
      }
    })

  const accept = (event: EaselEvent): void => {
    switch (event.type) {
      case 'generation.queued':
        readGeneration(event.generationId)
        return
      case 'generation.running':
        patchGeneration(client, event.generationId, (item) => ({ ...item, state: 'running', place: null }))
        readGeneration(event.generationId)
        readQueue()
        return
      case 'generation.progress':
        patchGeneration(client, event.generationId, (item) => withProgress(item, event))
        return
      case 'generation.finished':
        run(`finish ${event.generationId}`, async () => {
          const generation = await call(routes.getGeneration, { params: { id: event.generationId } })
          storeGeneration(client, generation)
          onFinished(generation)
        })
        readQueue()
        return
      case 'image.added':
        if (event.generationId !== null) readGeneration(event.generationId)
        readImage(event.imageId)
        readSearches(client)
        return
      case 'image.changed':
        readImage(event.imageId)
        return
      case 'image.deleted':
        dropImage(client, event.imageId)
        return
      case 'image.restored':
        run(`restored ${event.imageId}`, async () => {
          const image = (await call(routes.getImage, { params: { id: event.imageId } })).data
          storeImage(client, image)
          if (image.generationId !== null) readGeneration(image.generationId)
        })
        return
      case 'library.changed':
        readCollections(client, event.what)
        return
      case 'bulk.changed':
      case 'share.created':
        return
      case 'connections.changed':
        void client.invalidateQueries({ queryKey: keys.connections })
        void client.invalidateQueries({ queryKey: keys.allModels })
        void client.invalidateQueries({ queryKey: keys.writing })
        void client.invalidateQueries({ queryKey: keys.allTextModels })
        return
      case 'reset':
        void client.invalidateQueries()
        return
    }
  }
  return { accept, settled }
}

type Progress = Extract<EaselEvent, { type: 'generation.progress' }>

function withProgress(item: Generation, event: Progress): Generation {
  if (item.state !== 'running' && item.state !== 'queued') return item
  const { completed, total } = event
  return {
    ...item,
    state: 'running',
    place: null,
    progress: { completed, total },
    previewUrl: event.previewUrl ?? item.previewUrl,
  }
}
