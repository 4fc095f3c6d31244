import { expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import type { ImageRow } from '#library/image-record.ts'
import { png, recordOf } from '#library/testing.ts'
import { openMemoryStorage } from '#storage/memory/storage.ts'
import { createPictureFiles } from './picture-files.ts'

const file = png()
const { sha256 } = recordOf(file)

/** What the making of a picture looks at. */
const rowOf = (userId: string): ImageRow => ({
  id: newId(),
  user_id: userId,
  generation_id: null,
  generation_index: null,
  filename: 'a.png',
  storage_key: 'images/a.png',
  source: 'upload',
  mime_type: 'image/png',
  bytes: file.length,
  width: 16,
  height: 16,
  sha256,
  crc32: 0,
  thumbhash: null,
  derived_at: null,
  damage: null,
  prompt: 'a fox',
  revised_prompt: null,
  negative_prompt: null,
  description: null,
  title: null,
  notes: null,
  favourite: false,
  rating: 0,
  model: null,
  provider: null,
  seed: null,
  parameters: {},
  parent_id: null,
  history_second: '',
  history_number: 1,
  created_at: new Date(),
  deleted_at: null,
  revision: 0,
  sidecar_due: false,
  sidecar_claimed: null,
  erasing: false,
  typed_prompt: null,
})

const form = { format: 'webp', prompt: true } as const
const waits = new AbortController().signal

it('TR65: makes one picture at a time, and users take turns however many one of them wants', async () => {
  const storage = openMemoryStorage()
  await storage.put('images/a.png', file)
  const order: string[] = []
  let atWork = 0
  let most = 0
  const watched = {
    ...storage,
    async read(key: string) {
      atWork += 1
      most = Math.max(most, atWork)
      const bytes = await storage.read(key)
      atWork -= 1
      return bytes
    },
  }
  const files = createPictureFiles(watched)
  const want = async (user: string) => {
    await files.make(rowOf(user), form, waits)
    order.push(user)
  }
  await Promise.all([...Array.from({ length: 6 }, () => want('many')), want('one')])
  expect(order.indexOf('one')).toBeLessThan(3)
  expect(most).toBe(1)
})

it('TR61: whoever goes away while waiting gives the turn to the next one', async () => {
  const storage = openMemoryStorage()
  await storage.put('images/a.png', file)
  let reads = 0
  const files = createPictureFiles({ ...storage, read: (key) => ((reads += 1), storage.read(key)) })
  const gone = AbortSignal.abort()
  const [first, ...left] = await Promise.allSettled([
    files.make(rowOf('one'), form, waits),
    files.make(rowOf('one'), form, gone),
    files.make(rowOf('one'), form, gone),
  ])
  expect([first?.status, ...left.map(({ status }) => status), reads]).toEqual(['fulfilled', 'rejected', 'rejected', 1])
  await expect(files.make(rowOf('one'), form, waits)).resolves.toMatchObject({
    extension: 'webp',
    filename: 'a fox.webp',
  })
})
