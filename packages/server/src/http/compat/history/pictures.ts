// The history: the whole library as one list, and its pictures one by one.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { ImageRow } from '#library/image-record.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { itemText } from './item.ts'

const pageSize = 50
const IndexQuery = z.object({ images: z.string().optional().catch(undefined) })
const Params = z.object({ id: z.string() })

/** The id of an address, with or without `.png`. @throws EaselError `bad-request` */
function idOf(params: unknown): string {
  const id = Params.parse(params).id.replace(/\.png$/, '')
  if (!/^[A-Za-z0-9_-]+$/.test(id)) throw new EaselError('bad-request', 'Invalid history id')
  return id
}

const notFound = (id: string) => new EaselError('not-found', `Image not found: ${id}`)

function sendJson(reply: FastifyReply, text: AsyncIterable<string>): FastifyReply {
  reply.header('cache-control', 'private, no-cache').type('application/json; charset=utf-8')
  return reply.send(Readable.from(text, { objectMode: false }))
}

const readable = { ...access('read', { compat: true }), schema: { hide: true } }

export function registerPictures(scope: FastifyInstance, ports: AppPorts): void {
  const { generations, images, pngCopies, storage } = ports

  async function openPng(row: ImageRow): Promise<AsyncIterable<Uint8Array> | null> {
    const file = await pngCopies.of(row)
    const opened = file === null ? null : await storage.get(file.storageKey)
    return opened?.body ?? null
  }

  async function askedFor(rows: readonly ImageRow[]) {
    return await generations.asked(rows.flatMap(({ generation_id: id }) => (id === null ? [] : [id])))
  }

  async function* indexText(userId: string, withImages: boolean): AsyncGenerator<string> {
    let before = '['
    for await (const rows of images.pages(userId, pageSize)) {
      const requests = await askedFor(rows)
      for (const row of rows) {
        yield before
        before = ','
        const asked = requests.get(row.generation_id ?? '')
        yield* itemText({ row, asked, ...(withImages ? { openPng: () => openPng(row) } : {}) })
      }
    }
    yield before === '[' ? '[]' : ']'
  }

  scope.get('/history/index', readable, async (request, reply) => {
    const { userId } = callerOf(request)
    const { images: wanted } = IndexQuery.parse(request.query)
    // Asked for the headers alone, there is no reason to read the whole library.
    if (request.method === 'HEAD') return await reply.type('application/json; charset=utf-8').send()
    return await sendJson(reply, indexText(userId, wanted !== '0' && wanted !== 'false'))
  })

  scope.get('/history/:id', readable, async (request, reply) => {
    const id = idOf(request.params)
    const { userId } = callerOf(request)
    const row = await images.byHistoryId(userId, id)
    const file = row === null ? null : await pngCopies.of(row)
    if (row === null || file === null || (await storage.stat(file.storageKey)) === null) throw notFound(id)
    const requests = await askedFor([row])
    const asked = requests.get(row.generation_id ?? '')
    return await sendJson(reply, itemText({ row, asked, openPng: () => openPng(row) }))
  })

  scope.delete('/history/:id', { ...access('write', { compat: true }), schema: { hide: true } }, async (request) => {
    const id = idOf(request.params)
    const { userId } = callerOf(request)
    const row = await images.byHistoryId(userId, id)
    if (row === null) throw notFound(id)
    await images.remove(userId, row.id)
    return { SUCCESS: true }
  })
}
