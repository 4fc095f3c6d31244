import { execFileSync, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, ftruncateSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { StorageError } from '#storage/spec/storage.ts'
import { createNamer, isSafeEntryName } from './entry-names.ts'
import { bytesOf, entryOf, hugeEntry, noFaults, unpack } from './testing.ts'
import { createZip, type ZipEntry } from './zip.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-zip-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const zipOf = (entries: readonly ZipEntry[]) => createZip(() => entries, noFaults)

const hasPython = spawnSync('python3', ['--version']).status === 0
const hasUnzip = spawnSync('unzip', ['-v']).status === 0

const files = fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.uint8Array({ maxLength: 100 })), {
  maxLength: 12,
})

describe('an archive', () => {
  it('TR1: is as long as it said before its first byte, and another reader finds in it what was put in', async () => {
    await fc.assert(
      fc.asyncProperty(files, async (wanted) => {
        const namer = createNamer()
        const entries = wanted.map(([name, bytes]) => entryOf(namer(name), bytes))
        const zip = await zipOf(entries)
        const bytes = await bytesOf(zip.read())
        expect(bytes.length).toBe(zip.length)
        const found = await unpack(bytes)
        expect(found.map(({ entry }) => entry.fileName)).toEqual(entries.map(({ name }) => name))
        expect(found.map((one) => one.bytes)).toEqual(wanted.map(([, content]) => Buffer.from(content)))
        for (const [index, { entry }] of found.entries()) {
          expect(entry.crc32).toBe(entries[index]?.crc32)
          expect(entry.generalPurposeBitFlag & 0x800, 'UTF-8').toBe(0x800)
          expect(entry.getLastModDate({ timezone: 'UTC' })).toEqual(new Date('2026-11-21T08:15:30Z'))
        }
      }),
    )
  })

  it('TR2: gives any range of itself, the same bytes as in the whole', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.nat(), fc.nat(), async (wanted, from, to) => {
        const namer = createNamer()
        const zip = await zipOf(wanted.map(([name, bytes]) => entryOf(namer(name), bytes)))
        const whole = await bytesOf(zip.read())
        const [first = 0, last = 0] = [from % zip.length, to % zip.length].toSorted((a, b) => a - b)
        expect(await bytesOf(zip.read({ first, last }))).toEqual(whole.subarray(first, last + 1))
      }),
    )
  })

  it('TR1: passes the test of unzip', async (context) => {
    if (!hasUnzip) return context.skip('unzip is not there')
    const path = join(folder, 'small.zip')
    const zip = await zipOf([
      entryOf('Füchse/狐 🦊.txt', 'fox'),
      entryOf('b', ''),
      entryOf('c/d.txt', 'x'.repeat(1000)),
    ])
    writeFileSync(path, await bytesOf(zip.read()))
    expect(execFileSync('unzip', ['-t', path]).toString()).toContain('No errors detected')
  })

  it('TR1: of nothing is an archive too', async () => {
    expect(await unpack(await bytesOf((await zipOf([])).read()))).toEqual([])
  })

  it.each([65_534, 65_535, 65_536, 70_000])('TR1: has %i entries when it must', async (count) => {
    const entries = Array.from({ length: count }, (_, at) => entryOf(`f/${at}`, ''))
    const found = await unpack(await bytesOf((await zipOf(entries)).read()), () => false)
    expect(found.length).toBe(count)
    expect(found.at(-1)?.entry.fileName).toBe(`f/${count - 1}`)
  })

  const gigabyte = 1024 ** 3
  const large = () => [
    hugeEntry('a', 0xffff_fffe),
    entryOf('between', 'still here'),
    hugeEntry('b', 0xffff_ffff),
    hugeEntry('c', 5 * gigabyte),
    entryOf('last', 'found behind 13 GB'),
  ]

  it('TR1, TR2: has entries of more than 4 GB, and offsets beyond', async () => {
    const zip = await zipOf(large())
    const found = await unpack(zip, (entry) => entry.uncompressedSize < 100)
    expect(found.map(({ entry }) => [entry.fileName, entry.uncompressedSize])).toEqual(
      large().map(({ name, size }) => [name, size]),
    )
    expect(found.map(({ bytes }) => bytes?.toString())).toEqual([
      undefined,
      'still here',
      undefined,
      undefined,
      'found behind 13 GB',
    ])
  })

  it('TR1: is read by Python where it is that large', { timeout: 60_000 }, async (context) => {
    if (!hasPython) return context.skip('python3 is not there')
    const path = join(folder, 'large.zip')
    const zip = await zipOf(large())
    // Only the headers are written; what lies between them stays a hole.
    const handle = openSync(path, 'w')
    ftruncateSync(handle, zip.length)
    let at = 0
    for (const { name, size } of large()) {
      const length = 30 + name.length + (size >= 0xffff_ffff ? 20 : 0) + Math.min(size, 100)
      writeSync(handle, await bytesOf(zip.read({ first: at, last: at + length - 1 })), 0, length, at)
      at += length - Math.min(size, 100) + size
    }
    writeSync(handle, await bytesOf(zip.read({ first: at, last: zip.length - 1 })), 0, zip.length - at, at)
    closeSync(handle)
    const script =
      'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); print([i.file_size for i in z.infolist()], z.read("last"))'
    const told = execFileSync('python3', ['-c', script, path]).toString()
    expect(told.trim()).toBe(`[4294967294, 10, 4294967295, ${5 * gigabyte}, 18] b'found behind 13 GB'`)
  })

  it('TR3: stays whole when an entry has fewer bytes than promised, or more, or cannot be read', async () => {
    const broken = (name: string, open: ZipEntry['open']): ZipEntry => ({ ...entryOf(name, 'promised'), open })
    const told: [string, unknown][] = []
    const failure = new Error('gone')
    const zip = await createZip(
      () => [
        broken('short', async function* () {
          yield Buffer.from('pro')
        }),
        broken('long', async function* () {
          yield Buffer.from('promised and more')
        }),
        broken('gone', async function* () {
          yield Buffer.from('p')
          throw failure
        }),
        entryOf('sound', 'sound'),
      ],
      (name, error) => told.push([name, error]),
    )
    const bytes = await bytesOf(zip.read())
    expect(bytes.length).toBe(zip.length)
    const found = await unpack(bytes, ({ fileName }) => fileName === 'long' || fileName === 'sound')
    expect(found.map((one) => one.bytes?.toString())).toEqual([undefined, 'promised', undefined, 'sound'])
    expect(told).toEqual([
      ['short', null],
      ['gone', failure],
    ])
  })

  it('TR3: breaks off where the store of a file does not answer', async () => {
    const away = new StorageError('unreachable', 'connect ECONNREFUSED')
    async function* open(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('p')
      throw away
    }
    const zip = await zipOf([{ ...entryOf('a', 'promised'), open }])
    await expect(bytesOf(zip.read())).rejects.toBe(away)
  })

  it('TR4: refuses names that would unpack somewhere else', async () => {
    for (const name of ['/a', '../a', 'a/../../b', 'C:/a', 'a\\b', '', 'a\0b', 'nul', './a', 'a//b']) {
      await expect(zipOf([entryOf(name, 'x')]), name).rejects.toMatchObject({ name: 'DefectError' })
    }
  })
})

describe('names', () => {
  it('TR4: are relative, safe and unique, also where case does not count, whatever was wished for', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.constantFrom(
        'x'.repeat(300),
        '🦊'.repeat(80) + '.png',
        '..',
        '../..',
        '/etc/passwd',
        'C:\\Windows',
        'a.png',
        'A.PNG',
        'a (2).png',
        'CON',
        'x/..',
        '. .',
        '',
      ),
      fc
        .array(fc.constantFrom('a', '..', '.', '', 'é', 'e\u0301', '\u202e', 'nul.txt'), { maxLength: 6 })
        .map((p) => p.join('/')),
    )
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 30 }), (wanted) => {
        const namer = createNamer()
        const names = wanted.map((name) => namer(name))
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length)
        for (const name of names) {
          expect(name).not.toMatch(/^\/|\\|^[a-z]:|[\0-\x1f]/i)
          for (const segment of name.split('/')) {
            expect(['', '.', '..']).not.toContain(segment)
            expect(Buffer.byteLength(segment)).toBeLessThanOrEqual(255)
          }
          expect(isSafeEntryName(name)).toBe(true)
        }
      }),
    )
  })

  it('TR4: are numbered before the extension', () => {
    const namer = createNamer()
    expect(['a.png', 'A.png', 'a.png', 'a (2).png', 'b/.x', 'b/.x'].map(namer)).toEqual([
      'a.png',
      'A (2).png',
      'a (3).png',
      'a (2) (2).png',
      'b/.x',
      'b/.x (2)',
    ])
  })
})
