import type { EaselEvent, Generation, Image } from '@easel/contract'
import { QueryClient } from '@tanstack/react-query'
import { describe, expect, it } from 'vitest'
import { generationOf, idOf, imageOf } from './__fixtures__/records.ts'
import { createCall } from './client.ts'
import { createEventSink } from './event-sink.ts'
import { itemsOf, type Pages } from './pages.ts'
import { keys } from './queries.ts'

interface Server {
  generations: Generation[]
  images: Image[]
}

const library = keys.images({ trash: false })
const trash = keys.images({ trash: true })

/** The real client over a small server in memory, and a cache that has loaded what it holds. */
function stage(server: Server) {
  const asked: string[] = []
  const call = createCall(async (input) => {
    const url = new URL(typeof input === 'string' ? input : '', 'http://easel')
    asked.push(url.pathname + url.search)
    const id = url.pathname.split('/')[3]
    const problem = { type: '', title: '', status: 404, code: 'not-found', detail: '', error: '' }
    if (url.pathname === '/api/generations') {
      const state = url.searchParams.get('state')
      return Response.json({ data: server.generations.filter((item) => item.state === state), nextCursor: null })
    }
    const found = [...server.generations, ...server.images].find((item) => item.id === id)
    if (!found) return Response.json(problem, { status: 404 })
    return Response.json(url.pathname.startsWith('/api/images') ? { data: found } : found)
  })
  const client = new QueryClient()
  const page = <T>(data: T[]): Pages<T> => ({ pages: [{ data, nextCursor: null }], pageParams: [undefined] })
  client.setQueryData(keys.generations, page([...server.generations]))
  client.setQueryData(library, page(server.images.filter((image) => image.deletedAt === null)))
  client.setQueryData(trash, page(server.images.filter((image) => image.deletedAt !== null)))
  const finished: string[] = []
  const sink = createEventSink({ client, call, onFinished: (generation) => finished.push(generation.id) })
  const tell = async (...events: EaselEvent[]) => {
    for (const event of events) sink.accept(event)
    await sink.settled()
  }
  const feed = () => itemsOf(client.getQueryData<Pages<Generation>>(keys.generations))
  const pictures = (key: readonly unknown[]) => itemsOf(client.getQueryData<Pages<Image>>(key)).map((image) => image.id)
  return { client, tell, asked, feed, pictures, finished, server }
}

describe('event sink', () => {
  it('puts a new generation first in the feed', async () => {
    const { tell, feed, server } = stage({ generations: [generationOf(5)], images: [] })
    server.generations.push(generationOf(6, { state: 'queued', place: 1 }))
    await tell({ type: 'generation.queued', generationId: idOf(6) })
    expect(feed().map((item) => item.id)).toEqual([idOf(6), idOf(5)])
  })

  it('shows progress without asking the server, and keeps the newest preview', async () => {
    const { tell, feed, asked } = stage({ generations: [generationOf(5, { state: 'running' })], images: [] })
    const progress = { type: 'generation.progress', generationId: idOf(5), total: 20 } as const
    await tell({ ...progress, completed: 3, previewUrl: '/p1' }, { ...progress, completed: 4, previewUrl: null })
    expect(feed()[0]).toMatchObject({ progress: { completed: 4, total: 20 }, previewUrl: '/p1' })
    expect(asked).toEqual([])
  })

  it('does not let late progress wake a generation that has ended', async () => {
    const { tell, feed } = stage({ generations: [generationOf(5, { state: 'cancelled' })], images: [] })
    await tell({ type: 'generation.progress', generationId: idOf(5), completed: 3, total: 20, previewUrl: null })
    expect(feed()[0]).toMatchObject({ state: 'cancelled', progress: null })
  })

  it('moves the places of those who wait when one starts', async () => {
    const waiting = generationOf(6, { state: 'queued', place: 2 })
    const { tell, feed, server } = stage({
      generations: [waiting, generationOf(5, { state: 'queued', place: 1 })],
      images: [],
    })
    server.generations = [{ ...waiting, place: 1 }, generationOf(5, { state: 'running' })]
    await tell({ type: 'generation.running', generationId: idOf(5) })
    expect(feed().map(({ state, place }) => [state, place])).toEqual([
      ['queued', 1],
      ['running', null],
    ])
  })

  it('reads a finished generation and says so once', async () => {
    const { tell, feed, server, finished } = stage({ generations: [generationOf(5, { state: 'running' })], images: [] })
    server.generations = [generationOf(5, { images: [imageOf(9, { generationId: idOf(5) })] })]
    await tell({ type: 'generation.finished', generationId: idOf(5), state: 'succeeded' })
    expect(feed()[0]?.state).toBe('succeeded')
    expect(feed()[0]?.images).toHaveLength(1)
    expect(finished).toEqual([idOf(5)])
  })

  it('adds a picture to the library and to its generation, reading the generation once for a burst', async () => {
    const { tell, pictures, asked, server } = stage({
      generations: [generationOf(5, { state: 'running' })],
      images: [imageOf(7)],
    })
    server.images.push(imageOf(8, { generationId: idOf(5) }), imageOf(9, { generationId: idOf(5) }))
    await tell(
      { type: 'image.added', imageId: idOf(8), generationId: idOf(5) },
      { type: 'image.added', imageId: idOf(9), generationId: idOf(5) },
      { type: 'image.added', imageId: idOf(9), generationId: idOf(5) },
    )
    expect(pictures(library)).toEqual([idOf(9), idOf(8), idOf(7)])
    expect(asked.filter((path) => path === `/api/generations/${idOf(5)}`)).toHaveLength(2)
  })

  it('takes a deleted picture out of the library and the feed, and asks the trash anew', async () => {
    const image = imageOf(8, { generationId: idOf(5) })
    const { client, tell, pictures, feed } = stage({
      generations: [generationOf(5, { images: [image] })],
      images: [image, imageOf(7)],
    })
    await tell({ type: 'image.deleted', imageId: idOf(8) })
    expect(pictures(library)).toEqual([idOf(7)])
    expect(feed()[0]?.images).toEqual([])
    expect(client.getQueryState(trash)?.isInvalidated).toBe(true)
  })

  it('brings a restored picture back into its old place and out of the trash', async () => {
    const gone = imageOf(8, { deletedAt: '2026-11-21T11:00:00.000Z', generationId: idOf(5) })
    const { tell, pictures, feed, server } = stage({
      generations: [generationOf(5)],
      images: [imageOf(9), gone, imageOf(7)],
    })
    const back = { ...gone, deletedAt: null }
    server.images = [imageOf(9), back, imageOf(7)]
    server.generations = [generationOf(5, { images: [back] })]
    await tell({ type: 'image.restored', imageId: idOf(8) })
    expect(pictures(library)).toEqual([idOf(9), idOf(8), idOf(7)])
    expect(pictures(trash)).toEqual([])
    expect(feed()[0]?.images).toEqual([back])
  })

  it('shows a changed picture everywhere', async () => {
    const image = imageOf(8, { generationId: idOf(5) })
    const { client, tell, feed, server } = stage({
      generations: [generationOf(5, { images: [image] })],
      images: [image],
    })
    server.images = [{ ...image, thumbhash: 'AAAA' }]
    await tell({ type: 'image.changed', imageId: idOf(8) })
    expect(itemsOf(client.getQueryData<Pages<Image>>(library))[0]?.thumbhash).toBe('AAAA')
    expect(feed()[0]?.images[0]?.thumbhash).toBe('AAAA')
  })

  it('marks everything old on reset, and the engines when they changed', async () => {
    const { client, tell } = stage({ generations: [], images: [] })
    client.setQueryData(keys.connections, [])
    client.setQueryData(keys.models('a'), [])
    client.setQueryData(keys.writing, null)
    await tell({ type: 'connections.changed' })
    expect(client.getQueryState(keys.models('a'))?.isInvalidated).toBe(true)
    expect(client.getQueryState(keys.writing)?.isInvalidated).toBe(true)
    expect(client.getQueryState(library)?.isInvalidated).toBe(false)
    await tell({ type: 'reset' })
    expect(client.getQueryState(library)?.isInvalidated).toBe(true)
  })

  it('survives the news of something that is gone by the time it is read', async () => {
    const { tell, pictures } = stage({ generations: [], images: [imageOf(7)] })
    await tell({ type: 'image.added', imageId: idOf(8), generationId: idOf(5) })
    expect(pictures(library)).toEqual([idOf(7)])
  })

  it('counts what is shown as old when a read did not reach the server', async () => {
    const client = new QueryClient()
    client.setQueryData(keys.generations, { pages: [{ data: [], nextCursor: null }], pageParams: [undefined] })
    const call = createCall(() => Promise.reject(new TypeError('Failed to fetch')))
    const sink = createEventSink({ client, call, onFinished: () => undefined })
    sink.accept({ type: 'generation.queued', generationId: idOf(6) })
    await sink.settled()
    expect(client.getQueryState(keys.generations)?.isInvalidated).toBe(true)
  })
})
