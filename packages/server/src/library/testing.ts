// A library on a real database and in real files.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EaselEvent } from '@easel/contract'
import { pino } from 'pino'
import { newId } from '#base/ids.ts'
import { addUser, openTestDatabase } from '#db/testing.ts'
import { createEvents } from '#events/log.ts'
import { digest } from '#media/digest.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { openDiskStorage } from '#storage/disk/storage.ts'
import { createCollections } from './collections.ts'
import { createDerivatives } from './derivatives.ts'
import { storageKey, type Sidecar } from './image-record.ts'
import { createImages } from './images.ts'
import { keepImage, type KeepInput } from './keep.ts'

/** A record that fits these bytes, a PNG of `width` × `height` pixels. */
export function recordOf(bytes: Uint8Array, changes: Partial<Sidecar> = {}): Omit<Sidecar, 'easel'> {
  const id = changes.id ?? newId()
  return {
    id,
    generationId: null,
    generationIndex: null,
    filename: `${id}.png`,
    source: 'upload',
    mimeType: 'image/png',
    bytes: bytes.length,
    width: 16,
    height: 16,
    ...digest(bytes),
    prompt: 'a fox',
    revisedPrompt: null,
    negativePrompt: null,
    description: null,
    model: 'one',
    provider: 'paint',
    seed: 2 ** 53 - 1,
    parameters: { steps: 20, nested: { sampler: 'Euler a' } },
    parentId: null,
    tags: [],
    createdAt: new Date().toISOString(),
    ...changes,
  }
}

export const png = (words = 'a fox', width = 16, height = 16): Uint8Array => fakePicture(width, height, words)

export async function openLibrary() {
  const { database } = await openTestDatabase()
  const { db } = database
  const folder = await mkdtemp(join(tmpdir(), 'easel-library-'))
  const storage = await openDiskStorage(folder)
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  const events = await createEvents(database, log)
  const ports = { db, storage, events, log }
  const collections = createCollections({ ...ports, trashDays: 30, bulkWaitMs: 15_000 })
  const images = createImages({ ...ports, sidecars: collections.sidecars })
  const derivatives = createDerivatives(ports)

  return {
    ...ports,
    database,
    folder,
    lines,
    images,
    collections,
    derivatives,
    addUser: () => addUser(database),

    /** Keeps a picture and gives its record and where it stands. */
    async keep(userId: string, changes: Partial<Sidecar> = {}, also?: KeepInput['also']) {
      const bytes = png(changes.prompt ?? undefined)
      const record = recordOf(bytes, changes)
      const kept = await keepImage(ports, { userId, bytes, record, ...(also === undefined ? {} : { also }) })
      return { kept, record, bytes, key: storageKey(userId, record.createdAt, record.filename) }
    },

    async row(id: string) {
      return await db.selectFrom('images').selectAll().where('id', '=', id).executeTakeFirst()
    },

    async keys(prefix: string): Promise<string[]> {
      const found: string[] = []
      for await (const { key } of storage.list(prefix)) found.push(key)
      return found
    },

    async eventsOf(userId: string): Promise<EaselEvent[]> {
      const rows = await db.selectFrom('events').select('event').where('user_id', '=', userId).orderBy('seq').execute()
      return rows.map(({ event }) => event as EaselEvent) // oxlint-disable-line typescript/consistent-type-assertions -- what was appended
    },

    /** A generation that stands there and does nothing. */
    async addGeneration(userId: string): Promise<string> {
      const id = newId()
      const texts = { connection_name: 'c', provider: 'paint', model: 'one', resolved_prompt: 'a', origin: 'easel' }
      const absent = {
        connection_id: null,
        revised_prompt: null,
        width: null,
        height: null,
        seed: null,
        progress_completed: null,
        progress_total: null,
        preview_key: null,
        cost_amount: null,
        cost_currency: null,
        parent_id: null,
        idempotency_key: null,
        idempotency_hash: null,
        job_id: null,
        started_at: null,
        finished_at: null,
      }
      const row = {
        id,
        user_id: userId,
        state: 'running' as const,
        request: '{}',
        fitted: '{}',
        n: 4,
        ...texts,
        ...absent,
      }
      await db.insertInto('generations').values(row).execute()
      return id
    },

    async close(): Promise<void> {
      await collections.close()
      await derivatives.close()
      await events.close()
      await database.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Library = Awaited<ReturnType<typeof openLibrary>>
