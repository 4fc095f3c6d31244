import { expect, it } from 'vitest'
import { backend, openMemoryStorage } from './storage.ts'

it('gives every store its own blobs', async () => {
  const one = openMemoryStorage()
  const other = await backend.open(new URL('memory:'))
  await one.put('a', Buffer.from('x'))
  expect(await other.read('a')).toBeNull()
})
