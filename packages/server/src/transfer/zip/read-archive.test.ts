import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync, crc32 } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openArchive } from './read-archive.ts'
import { bytesOf, entryOf, hugeEntry, noFaults } from './testing.ts'
import { directoryEntry, endRecords, localHeader, type EntryFacts } from './zip-records.ts'
import { createZip } from './zip.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-archive-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

let count = 0
function write(bytes: Uint8Array): string {
  const path = join(folder, `${(count += 1)}.zip`)
  writeFileSync(path, bytes)
  return path
}

interface Raw {
  readonly name: string
  readonly content: Buffer
  /** Changes the local header or the entry of the directory, which has four bytes more before the same fields. */
  readonly change?: (record: Buffer, shift: 0 | 2) => void
  readonly offset?: number
}

/** An archive that our own writer would not write. */
function forge(entries: readonly Raw[]): string {
  const local: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, change, offset } of entries) {
    const facts: EntryFacts = { name, size: content.length, crc32: crc32(content), modified: new Date() }
    const header = localHeader(facts)
    const record = directoryEntry(facts, offset ?? at)
    change?.(header, 0)
    change?.(record, 2)
    local.push(header, content)
    directory.push(record)
    at += header.length + content.length
  }
  const length = directory.reduce((sum, record) => sum + record.length, 0)
  return write(Buffer.concat([...local, ...directory, endRecords({ count: entries.length, offset: at, length })]))
}

const x = Buffer.from('x')
const refusal = (words: string | RegExp) => ({ code: 'bad-request', message: expect.stringMatching(words) })

describe('an archive of a stranger', () => {
  it('gives its files', async () => {
    const entries = [entryOf('a/Füchse 🦊.txt', 'fox'), entryOf('b.txt', '')]
    const archive = await openArchive(write(await bytesOf((await createZip(() => entries, noFaults)).read())))
    expect(archive.entries.map(({ name, size }) => [name, size])).toEqual([
      ['a/Füchse 🦊.txt', 3],
      ['b.txt', 0],
    ])
    expect(await Promise.all(archive.entries.map(async (entry) => (await entry.read(10)).toString()))).toEqual([
      'fox',
      '',
    ])
    await expect(archive.entries[0]?.read(2)).rejects.toMatchObject({ code: 'bad-request' })
    archive.close()
  })

  it.each(['../a', 'a/../../b', '/etc/passwd', 'C:/a', '..\\a', 'a/..', '\\\\server\\a', 'a\0.png'])(
    'TR32: is refused for the name %j',
    async (name) => {
      await expect(openArchive(forge([{ name, content: x }]))).rejects.toMatchObject(
        refusal('This archive is refused: '),
      )
    },
  )

  it('TR32: is refused for a name that is there twice', async () => {
    const twice = { name: 'a.png', content: x }
    await expect(openArchive(forge([twice, twice]))).rejects.toMatchObject(refusal('"a.png" is there twice'))
  })

  it('TR32: is refused for a symbolic link', async () => {
    const link = (record: Buffer, shift: number) => {
      if (shift > 0) record.writeUInt32LE((0o120777 << 16) >>> 0, 38)
    }
    await expect(
      openArchive(forge([{ name: 'a', content: Buffer.from('/etc/passwd'), change: link }])),
    ).rejects.toMatchObject(refusal('symbolic link'))
  })

  it.runIf(spawnSync('zip', ['-v']).status === 0)('TR32: is refused for a symbolic link that zip packed', async () => {
    symlinkSync('/etc/passwd', join(folder, 'link'))
    const path = join(folder, 'linked.zip')
    expect(spawnSync('zip', ['--symlinks', path, 'link'], { cwd: folder }).status).toBe(0)
    await expect(openArchive(path)).rejects.toMatchObject(refusal('symbolic link'))
  })

  it('TR32: is refused when it is encrypted', async () => {
    const encrypted = (record: Buffer, shift: number) => {
      record.writeUInt16LE(0x801, 6 + shift)
      record.writeUInt16LE(8, 8 + shift)
    }
    await expect(openArchive(forge([{ name: 'a', content: x, change: encrypted }]))).rejects.toMatchObject(
      refusal('encrypted'),
    )
  })

  it('TR32: is refused when entries share bytes', async () => {
    const content = Buffer.alloc(1000)
    const overlapping = [0, 0, 0].map((offset, at) => ({ name: `${at}`, content: at === 0 ? content : x, offset }))
    await expect(openArchive(forge(overlapping))).rejects.toMatchObject(refusal('overlaps'))
  })

  it('TR32: is refused when it unpacks to many times its size', async () => {
    const whole = Buffer.alloc(20 * 1024 * 1024)
    const content = deflateRawSync(whole)
    const deflated = (record: Buffer, shift: number) => {
      record.writeUInt16LE(8, 8 + shift)
      record.writeUInt32LE(crc32(whole), 14 + shift)
      record.writeUInt32LE(whole.length, 22 + shift)
    }
    await expect(openArchive(forge([{ name: 'a', content, change: deflated }]))).rejects.toMatchObject(
      refusal('times its size'),
    )
  })

  it('TR32: is refused when it has more entries than anybody has', async () => {
    const entries = Array.from({ length: 11 }, (_, at) => entryOf(`${at}`, ''))
    const path = write(await bytesOf((await createZip(() => entries, noFaults)).read()))
    await expect(openArchive(path, { entries: 10, ratio: 200 })).rejects.toMatchObject(refusal('11 entries'))
  })

  it('TR33: gives no entry whose checksum or size is another', async () => {
    const wrongSum = (record: Buffer, shift: number) => record.writeUInt32LE(7, 14 + shift)
    const deflated = (claimed: number) => (record: Buffer, shift: number) => {
      record.writeUInt16LE(8, 8 + shift)
      record.writeUInt32LE(claimed, 22 + shift)
    }
    const content = deflateRawSync(Buffer.alloc(100_000))
    const archive = await openArchive(
      forge([
        { name: 'sum', content: x, change: wrongSum },
        { name: 'more', content, change: deflated(10) },
        { name: 'less', content, change: deflated(1_000_000) },
        { name: 'noise', content: Buffer.from('not deflated'), change: deflated(12) },
        { name: 'sound', content: x },
      ]),
    )
    for (const entry of archive.entries.slice(0, 4)) {
      await expect(entry.read(2_000_000), entry.name).rejects.toMatchObject({ code: 'bad-request' })
    }
    expect((await archive.entries[4]?.read(10))?.toString()).toBe('x')
    archive.close()
  })

  it('TR32: is refused when it is none, or cut off', async () => {
    const zip = await createZip(() => [entryOf('a', 'x')], noFaults)
    const whole = await bytesOf(zip.read())
    for (const bytes of [Buffer.alloc(0), Buffer.from('not a zip'), whole.subarray(0, -5), whole.subarray(10)]) {
      await expect(openArchive(write(bytes))).rejects.toMatchObject(refusal('This archive is refused: '))
    }
    await expect(openArchive(join(folder, 'nowhere.zip'))).rejects.toMatchObject(refusal('ENOENT'))
    expect((await createZip(() => [hugeEntry('a', 10)], noFaults)).length).toBeGreaterThan(10)
  })
})
