// Tags, albums, saved searches, the timeline, and actions on many pictures.
import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { Collections } from '#library/collections.ts'
import type { Images } from '#library/images.ts'
import { isFresh, setFileHeaders } from '../send-blob.ts'
import { serve } from '../serve.ts'

interface Ports {
  readonly images: Images
  readonly collections: Collections
}

function registerPictures(app: FastifyInstance, { images, collections: { details, timelines } }: Ports): void {
  serve(app, routes.countImages, async ({ caller, query }) => ({ data: await images.count(caller.userId, query) }))
  serve(app, routes.updateImage, async ({ caller, params, body }) => {
    await details.update(caller.userId, params.id, body)
    return { data: await images.get(caller.userId, params.id) }
  })
  serve(app, routes.addImageTags, async ({ caller, params, body }) => {
    await details.addTags(caller.userId, params.id, body.tags)
    return { data: await images.get(caller.userId, params.id) }
  })
  serve(app, routes.removeImageTags, async ({ caller, params, body }) => {
    await details.removeTags(caller.userId, params.id, body.tags)
    return { data: await images.get(caller.userId, params.id) }
  })
  serve(app, routes.getTimeline, async ({ caller }) => ({ data: await timelines.buckets(caller.userId) }))
  serve(app, routes.getTimelineBucket, async ({ caller, params, request, reply }) => {
    const bucket = await timelines.open(caller.userId, params.key)
    const etag = `"${bucket.revision}"`
    setFileHeaders(reply, etag)
    reply.header('accept-ranges', 'none')
    return isFresh(request, etag) ? 'not modified' : { data: await bucket.read() }
  })
}

function registerTags(app: FastifyInstance, { collections: { tags } }: Ports): void {
  serve(app, routes.listTags, async ({ caller, query }) => ({ data: await tags.list(caller.userId, query) }))
  serve(app, routes.renameTag, async ({ caller, params, body }) => ({
    data: await tags.rename(caller.userId, params.id, body),
  }))
  serve(app, routes.deleteTag, ({ caller, params }) => tags.remove(caller.userId, params.id).then(() => undefined))
}

function registerAlbums(app: FastifyInstance, { collections: { albums } }: Ports): void {
  serve(app, routes.listAlbums, async ({ caller, query }) => ({ data: await albums.list(caller.userId, query.image) }))
  serve(app, routes.createAlbum, async ({ caller, body }) => ({ data: await albums.create(caller.userId, body) }))
  serve(app, routes.getAlbum, async ({ caller, params }) => ({ data: await albums.get(caller.userId, params.id) }))
  serve(app, routes.updateAlbum, async ({ caller, params, body }) => ({
    data: await albums.update(caller.userId, params.id, body),
  }))
  serve(app, routes.deleteAlbum, ({ caller, params }) => albums.remove(caller.userId, params.id).then(() => undefined))
  serve(app, routes.addToAlbum, async ({ caller, params, body }) => ({
    data: await albums.add(caller.userId, params.id, body.imageIds),
  }))
  serve(app, routes.removeFromAlbum, async ({ caller, params, body }) => ({
    data: await albums.takeOut(caller.userId, params.id, body.imageIds),
  }))
  serve(app, routes.orderAlbum, async ({ caller, params, body }) => ({
    data: await albums.order(caller.userId, params.id, body),
  }))
}

function registerSearches(app: FastifyInstance, { collections: { searches } }: Ports): void {
  serve(app, routes.listSearches, async ({ caller }) => ({ data: await searches.list(caller.userId) }))
  serve(app, routes.createSearch, async ({ caller, body }) => ({ data: await searches.create(caller.userId, body) }))
  serve(app, routes.updateSearch, async ({ caller, params, body }) => ({
    data: await searches.update(caller.userId, params.id, body),
  }))
  serve(app, routes.deleteSearch, ({ caller, params }) =>
    searches.remove(caller.userId, params.id).then(() => undefined),
  )
}

function registerBulks(app: FastifyInstance, { collections: { bulks, trashDays } }: Ports): void {
  const everything = { search: {} }
  serve(app, routes.startBulk, async ({ caller, body }) => ({ data: await bulks.start(caller.userId, body) }))
  serve(app, routes.getBulk, async ({ caller, params }) => ({ data: await bulks.get(caller.userId, params.id) }))
  serve(app, routes.undoBulk, async ({ caller, params }) => ({ data: await bulks.undo(caller.userId, params.id) }))
  serve(app, routes.getTrash, async () => ({ data: { days: trashDays } }))
  serve(app, routes.emptyTrash, async ({ caller }) => ({
    data: await bulks.start(caller.userId, { action: { type: 'erase' }, selection: everything }),
  }))
  serve(app, routes.clearLibrary, async ({ caller }) => ({
    data: await bulks.start(caller.userId, { action: { type: 'trash' }, selection: everything }),
  }))
}

export function registerLibrary(app: FastifyInstance, ports: Ports): void {
  registerPictures(app, ports)
  registerTags(app, ports)
  registerAlbums(app, ports)
  registerSearches(app, ports)
  registerBulks(app, ports)
}
