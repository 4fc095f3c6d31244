import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { badKeys, oddKeys } from './bad-keys.ts'
import { chunkBytes, type ByteRange, type Storage, type StorageFault } from './storage.ts'

/** A store of its own for one test, and how to take it away. */
export type OpenStorage = () => Promise<{ storage: Storage; close(): Promise<void> }>

/** The rules of docs/spec/storage.md as tests: every backend runs them in its `contract.test.ts`. */
export function describeStorage(name: string, open: OpenStorage): void {
  describe(`${name} storage`, () => {
    let storage: Storage
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ storage, close } = await open())
    })
    afterEach(async () => {
      await close()
    })
    const current = (): Storage => storage
    describeKeys(current)
    describeWriting(current)
    describeReading(current)
    describeDeleting(current)
    describeListing(current)
  })
}

type Current = () => Storage

function describeKeys(current: Current): void {
  it.each(badKeys.map((key) => [JSON.stringify(key).slice(0, 60), key]))('ST1: refuses the key %s', async (_, key) => {
    const storage = current()
    await expectFault('bad-key', storage.put(key, text('x')))
    await expectFault('bad-key', storage.get(key))
    await expectFault('bad-key', storage.get(key, { first: 0, last: 0 }))
    await expectFault('bad-key', storage.read(key))
    await expectFault('bad-key', storage.stat(key))
    await expectFault('bad-key', storage.delete(key))
    if (key !== '') await expectFault('bad-key', keysOf(storage, key))
    expect(await keysOf(storage, '')).toEqual([])
  })

  it.each(oddKeys.map((key) => [key.slice(0, 60), key]))('ST1: takes the key %s', async (_, key) => {
    const storage = current()
    expect(await storage.read(key)).toBeNull()
    await storage.put(key, text(key))
    expect(Buffer.from(present(await storage.read(key), key)).toString()).toBe(key)
    expect(await keysOf(storage, '')).toEqual([key])
    expect(await storage.delete(key)).toBe(true)
  })

  it('ST6: keeps a blob whose key another key begins with', async () => {
    const storage = current()
    await storage.put('a/b', text('first'))
    await storage.put('a/b/c', text('second')).catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'StorageError', fault: 'failed' })
    })
    await storage.put('a', text('third')).catch((error: unknown) => {
      expect(error).toMatchObject({ name: 'StorageError', fault: 'failed' })
    })
    expect(await textAt(storage, 'a/b')).toBe('first')
  })

  it('ST6: finds nothing below a blob, and no blob that is only the beginning of a key', async () => {
    const storage = current()
    await storage.put('a/b', text('x'))
    for (const key of ['a', 'a/b/c']) {
      expect(await storage.get(key)).toBeNull()
      expect(await storage.read(key)).toBeNull()
      expect(await storage.stat(key)).toBeNull()
      expect(await storage.delete(key)).toBe(false)
    }
    expect(await keysOf(storage, 'a/b/c')).toEqual([])
  })
}

function describeWriting(current: Current): void {
  it.each([0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 20 * 1024 * 1024])(
    'ST2: gives back a blob of %i bytes as it was',
    async (length) => {
      const storage = current()
      const bytes = randomBytes(length)
      await storage.put('images/a.png', bytes)
      expect(bytes.equals(present(await storage.read('images/a.png'), 'blob'))).toBe(true)
      const got = present(await storage.get('images/a.png'), 'blob')
      expect(got.size).toBe(length)
      expect(bytes.equals(await collect(got.body))).toBe(true)
      expect(await storage.stat('images/a.png')).toMatchObject({ size: length })
    },
  )

  it('ST2: keeps its own copy of the bytes', async () => {
    const storage = current()
    const bytes = text('before')
    await storage.put('a', bytes)
    bytes.fill(0)
    present(await storage.read('a'), 'a').fill(0)
    expect(await textAt(storage, 'a')).toBe('before')
  })

  it('ST2: stores a part of a larger buffer as that part', async () => {
    const storage = current()
    await storage.put('a', text('0123456789').subarray(3, 6))
    expect(await textAt(storage, 'a')).toBe('345')
  })

  it('ST2: replaces what was there, the longer by the shorter too', async () => {
    const storage = current()
    await storage.put('a', text('a long first version'))
    await storage.put('a', text('second'))
    expect(await textAt(storage, 'a')).toBe('second')
    expect(await storage.stat('a')).toMatchObject({ size: 6 })
    expect(await keysOf(storage, '')).toEqual(['a'])
  })

  it('ST2: keeps one whole blob of many that are put under one key at once', async () => {
    const storage = current()
    const versions = Array.from({ length: 16 }, (_, index) => Buffer.alloc(300_000, index + 1))
    await Promise.all(versions.map((bytes) => storage.put('images/same.png', bytes)))
    const kept = present(await storage.read('images/same.png'), 'blob')
    expect(versions.some((bytes) => bytes.equals(kept))).toBe(true)
    expect(await keysOf(storage, '')).toEqual(['images/same.png'])
  })

  it('ST2: keeps all of many blobs that are put at once', async () => {
    const storage = current()
    const keys = Array.from(
      { length: 60 },
      (_, index) => `images/user-${index % 7}/2026/${10 + (index % 3)}/${index}.png`,
    )
    await Promise.all(keys.map((key) => storage.put(key, text(key))))
    for (const key of keys) expect(await textAt(storage, key)).toBe(key)
  })

  it('ST11: stores several at once, each whole, in one folder and in several', async () => {
    const storage = current()
    const large = randomBytes(3 * chunkBytes)
    await storage.put('images/a.png', text('before'))
    await storage.putAll([
      { key: 'images/a.png.json', bytes: text('{}') },
      { key: 'images/a.png', bytes: large },
      { key: 'derived/a.webp', bytes: text('small') },
    ])
    expect(await keysOf(storage, '')).toEqual(['derived/a.webp', 'images/a.png', 'images/a.png.json'])
    expect(large.equals(present(await storage.read('images/a.png'), 'blob'))).toBe(true)
    expect(await textAt(storage, 'images/a.png.json')).toBe('{}')
    await storage.putAll([])
  })

  it('ST11: waits for bytes that are still being made, and stores nothing from there on when they fail', async () => {
    const storage = current()
    const making = Promise.withResolvers<Uint8Array>()
    const stored = storage.putAll([
      { key: 'images/a.png.json', bytes: making.promise },
      { key: 'images/a.png', bytes: text('picture') },
    ])
    expect(await keysOf(storage, '')).toEqual([])
    making.resolve(text('{}'))
    await stored
    expect(await textAt(storage, 'images/a.png.json')).toBe('{}')
    expect(await textAt(storage, 'images/a.png')).toBe('picture')
    const failing = Promise.reject(new Error('not made'))
    // Whoever waits for it is told all the same, sooner or later.
    failing.catch(() => {})
    const broken = storage.putAll([
      { key: 'images/b.png.json', bytes: failing },
      { key: 'images/b.png', bytes: text('picture') },
    ])
    await expect(broken).rejects.toThrow('not made')
    expect(await keysOf(storage, '')).toEqual(['images/a.png', 'images/a.png.json'])
  })

  it('ST11: of several with one that has no key none is stored', async () => {
    const storage = current()
    const blobs = [
      { key: 'a', bytes: text('x') },
      { key: '../b', bytes: text('y') },
    ]
    await expectFault('bad-key', storage.putAll(blobs))
    expect(await keysOf(storage, '')).toEqual([])
  })

  it('ST5: says when a blob was written', async () => {
    const storage = current()
    const before = Date.now() - 2000
    await storage.put('a', text('x'))
    const { modifiedMs } = present(await storage.stat('a'), 'a')
    expect(Number.isInteger(modifiedMs)).toBe(true)
    expect(modifiedMs).toBeGreaterThan(before)
    expect(modifiedMs).toBeLessThan(Date.now() + 2000)
  })

  it('ST7: says how much room there is, or that it knows no limit', async () => {
    const free = await current().free()
    expect(free === null || (Number.isFinite(free) && free > 0)).toBe(true)
  })
}

function describeReading(current: Current): void {
  const size = 2 * chunkBytes + 100
  const bytes = Buffer.from(Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) % 256))

  it('ST3: has nothing where nothing was put', async () => {
    const storage = current()
    expect(await storage.get('images/none.png')).toBeNull()
    expect(await storage.get('images/none.png', { first: 0, last: 0 })).toBeNull()
    expect(await storage.read('images/none.png')).toBeNull()
    expect(await storage.stat('images/none.png')).toBeNull()
  })

  it.each<[string, ByteRange]>([
    ['the first byte', { first: 0, last: 0 }],
    ['the last byte', { first: size - 1, last: size - 1 }],
    ['everything', { first: 0, last: size - 1 }],
    ['across a chunk', { first: chunkBytes - 1, last: chunkBytes }],
    ['exactly one chunk', { first: 0, last: chunkBytes - 1 }],
    ['more than a chunk, from the middle', { first: 17, last: 17 + chunkBytes }],
    ['the end', { first: size - 101, last: size - 1 }],
  ])('ST3: gives a range with both its ends: %s', async (_, range) => {
    const storage = current()
    await storage.put('a', bytes)
    const got = present(await storage.get('a', range), 'a')
    expect(got.size).toBe(size)
    expect(bytes.subarray(range.first, range.last + 1).equals(await collect(got.body))).toBe(true)
  })

  it.each<[string, ByteRange]>([
    ['the byte after the last', { first: size, last: size }],
    ['over the end', { first: 0, last: size }],
    ['far beyond', { first: 0, last: Number.MAX_SAFE_INTEGER }],
    ['backwards', { first: 5, last: 4 }],
    ['negative', { first: -1, last: 4 }],
    ['negative at the end', { first: 0, last: -1 }],
    ['broken numbers', { first: 0.5, last: 4 }],
    ['no number', { first: Number.NaN, last: Number.NaN }],
    ['no end', { first: 0, last: Number.POSITIVE_INFINITY }],
  ])('ST3: refuses a range outside the blob: %s', async (_, range) => {
    const storage = current()
    await storage.put('a', bytes)
    await expectFault('range', storage.get('a', range))
  })

  it('ST3: refuses every range of an empty blob', async () => {
    const storage = current()
    await storage.put('a', new Uint8Array())
    await expectFault('range', storage.get('a', { first: 0, last: 0 }))
    expect((await collect(present(await storage.get('a'), 'a').body)).length).toBe(0)
  })

  it('ST3: gives chunks of 256 KiB and a shorter last one', async () => {
    const storage = current()
    await storage.put('a', bytes)
    const lengths: number[] = []
    for await (const chunk of present(await storage.get('a'), 'a').body) lengths.push(chunk.length)
    expect(lengths).toEqual([chunkBytes, chunkBytes, 100])
  })

  it.each(['replaced', 'removed'])('ST3: goes on with the blob that was opened when it is %s', async (change) => {
    const storage = current()
    await storage.put('a', bytes)
    const got = present(await storage.get('a'), 'a')
    await (change === 'removed' ? storage.delete('a') : storage.put('a', text('another')))
    expect(bytes.equals(await collect(got.body))).toBe(true)
  })

  it('ST3: lets a reader leave before the end, and before the beginning', async () => {
    const storage = current()
    await storage.put('a', bytes)
    for await (const chunk of present(await storage.get('a'), 'a').body) {
      expect(chunk.length).toBe(chunkBytes)
      break
    }
    const iterator = present(await storage.get('a'), 'a').body[Symbol.asyncIterator]()
    await iterator.return?.()
    expect(await iterator.next()).toEqual({ done: true, value: undefined })
  })
}

function describeDeleting(current: Current): void {
  it('ST4: removes a blob once, and does not mind the second time', async () => {
    const storage = current()
    await storage.put('images/a.png', text('x'))
    expect(await storage.delete('images/a.png')).toBe(true)
    expect(await storage.delete('images/a.png')).toBe(false)
    expect(await storage.read('images/a.png')).toBeNull()
    expect(await keysOf(storage, '')).toEqual([])
  })

  it('ST4: tells only one of many who remove it at once that it was there', async () => {
    const storage = current()
    await storage.put('a', text('x'))
    const answers = await Promise.all(Array.from({ length: 8 }, () => storage.delete('a')))
    expect(answers.filter(Boolean)).toHaveLength(1)
  })

  it('ST4: stores again under a key that was removed', async () => {
    const storage = current()
    await storage.put('x/a', text('1'))
    await storage.delete('x/a')
    await storage.put('x/a', text('2'))
    expect(await textAt(storage, 'x/a')).toBe('2')
  })
}

function describeListing(current: Current): void {
  const keys = [
    'a',
    'b-1',
    'b.txt',
    'b/1',
    'b/1-2',
    'b0',
    'images/user-1/2026/01/x.png',
    'images/user-1/2026/01/x.png.json',
    'images/user-10/2026/01/y.png',
    'images/user-1a/z.png',
    'images/user-1.bak',
    'Images/upper',
    'z/z/z/z',
  ]

  it('ST5: lists every key in the order of their bytes', async () => {
    const storage = current()
    for (const key of keys.toReversed()) await storage.put(key, text(key))
    expect(await keysOf(storage, '')).toEqual(keys.toSorted())
  })

  it.each([
    ['images/user-1', ['images/user-1/2026/01/x.png', 'images/user-1/2026/01/x.png.json']],
    ['images/user-10', ['images/user-10/2026/01/y.png']],
    ['images/user', []],
    ['images/user-1/2026/01/x.png', ['images/user-1/2026/01/x.png']],
    ['b', ['b/1', 'b/1-2']],
    ['none', []],
    ['none/at/all', []],
  ])('ST5: takes a prefix by whole segments: %s', async (prefix, expected) => {
    const storage = current()
    for (const key of keys) await storage.put(key, text(key))
    expect(await keysOf(storage, prefix)).toEqual(expected)
  })

  it.each(['images/', '/', '../', 'images//user-1'])('ST5: refuses the prefix %s', async (prefix) => {
    await expectFault('bad-key', keysOf(current(), prefix))
  })

  it('ST5: says of each its size and time of writing, as stat does', async () => {
    const storage = current()
    await storage.put('a/b', text('12345'))
    for await (const { key, ...rest } of storage.list('')) expect(rest).toEqual(await storage.stat(key))
  })

  it('ST5: never lists what is still being written', async () => {
    const storage = current()
    const writing = Promise.all(
      Array.from({ length: 20 }, (_, index) => storage.put(`p/${index}`, Buffer.alloc(500_000, 7))),
    )
    const seen: { key: string; size: number }[] = []
    for (let round = 0; round < 10; round++) {
      for await (const entry of storage.list('')) seen.push(entry)
    }
    await writing
    for await (const entry of storage.list('')) seen.push(entry)
    expect(seen.length).toBeGreaterThanOrEqual(20)
    expect(seen.filter(({ key, size }) => !/^p\/\d+$/.test(key) || size !== 500_000)).toEqual([])
  })

  it('ST5: goes on when what it lists is removed on the way', async () => {
    const storage = current()
    for (let index = 0; index < 80; index++) await storage.put(`q/${index % 8}/${index}`, text('x'))
    const seen: string[] = []
    for await (const { key } of storage.list('q')) {
      seen.push(key)
      await storage.delete('q/7/79')
      await storage.delete(key)
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(79)
    expect(await keysOf(storage, '')).toEqual([])
  })
}

function text(value: string): Buffer {
  return Buffer.from(value)
}

async function textAt(storage: Storage, key: string): Promise<string> {
  return Buffer.from(present(await storage.read(key), key)).toString()
}

async function keysOf(storage: Storage, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

async function expectFault(fault: StorageFault, work: Promise<unknown>): Promise<void> {
  await expect(work).rejects.toMatchObject({ name: 'StorageError', fault })
}
