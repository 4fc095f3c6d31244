import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs, {
  chmod,
  chown,
  constants,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import type { Storage } from '../spec/storage.ts'
import { directFlag } from './direct.ts'
import { backend, openDiskStorage } from './storage.ts'

const nobody = 65534
const run = promisify(execFile)

let outside: string
let root: string
let storage: Storage

beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'easel-disk-'))
  root = join(outside, 'not', 'yet', 'there')
  storage = await openDiskStorage(root)
})

afterEach(async () => {
  await rm(outside, { recursive: true, force: true })
})

async function keys(): Promise<string[]> {
  const found: string[] = []
  for await (const { key } of storage.list('')) found.push(key)
  return found
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

/** Paths of the files in `folder` that this process holds open. */
async function openFiles(folder: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const paths = await Promise.all(descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(folder))
}

describe('files and folders', () => {
  it('ST9: belong to the owner alone', async () => {
    await storage.put('images/user-1/a.png', Buffer.from('x'))
    expect(await modeOf(join(root, 'images/user-1/a.png'))).toBe('600')
    for (const folder of ['', 'images', 'images/user-1', '.tmp']) expect(await modeOf(join(root, folder))).toBe('700')
    expect(await modeOf(join(outside, 'not'))).toBe('700')
  })

  it('ST5: left-overs of a crash are never listed, and removed on open after an hour', async () => {
    const temporaries = join(root, '.tmp')
    await writeFile(join(temporaries, 'old'), 'half')
    await writeFile(join(temporaries, 'new'), 'half')
    const twoHoursAgo = Date.now() / 1000 - 7200
    await utimes(join(temporaries, 'old'), twoHoursAgo, twoHoursAgo)
    expect(await keys()).toEqual([])
    storage = await openDiskStorage(root)
    expect(await readdir(temporaries)).toEqual(['new'])
    expect(await keys()).toEqual([])
  })

  it('leaves no temporary file behind, whether the blob was stored or not', async () => {
    await storage.put('a/b', Buffer.from('x'))
    await expect(storage.put('a', Buffer.from('x'))).rejects.toMatchObject({ fault: 'failed' })
    expect(await readdir(join(root, '.tmp'))).toEqual([])
  })

  it('makes a folder again that was removed under it', async () => {
    await storage.put('derived/a/b.webp', Buffer.from('1'))
    await rm(join(root, 'derived'), { recursive: true })
    await rm(join(root, '.tmp'), { recursive: true })
    await storage.put('derived/a/c.webp', Buffer.from('2'))
    expect(await keys()).toEqual(['derived/a/c.webp'])
  })

  it('ST11: of several of which one cannot be stored, those before it stand, and nothing half written is left', async () => {
    await storage.put('images/taken/b.png', Buffer.from('x'))
    const all = ['images/a.png.json', 'images/taken', 'images/c.png'].map((key) => ({ key, bytes: Buffer.from(key) }))
    await expect(storage.putAll(all)).rejects.toMatchObject({ name: 'StorageError', fault: 'failed' })
    expect(await keys()).toEqual(['images/a.png.json', 'images/taken/b.png'])
    expect(await readdir(join(root, '.tmp'))).toEqual([])
  })

  it('finds again what another process stored', async () => {
    await storage.put('images/a.png', Buffer.from('x'))
    storage = await backend.open(pathToFileURL(root))
    expect(await keys()).toEqual(['images/a.png'])
    expect(await readFile(join(root, 'images/a.png'), 'utf8')).toBe('x')
  })

  it('passes over files whose names are no keys', async () => {
    await writeFile(join(root, '.hidden'), 'x')
    await writeFile(join(root, 'with space.png'), 'x')
    await mkdir(join(root, 'ünder'))
    await writeFile(join(root, 'ünder', 'a.png'), 'x')
    await writeFile(join(root, 'a.png'), 'x')
    expect(await keys()).toEqual(['a.png'])
  })
})

// The list of open files is Linux's own.
describe.skipIf(process.platform !== 'linux')('open files', () => {
  const large = Buffer.alloc(2_000_000, 1)

  it.each<[string, (body: AsyncIterable<Uint8Array>) => Promise<void>]>([
    [
      'has read all',
      async (body) => {
        for await (const chunk of body) expect(chunk.length).toBeGreaterThan(0)
      },
    ],
    [
      'leaves after the first chunk',
      async (body) => {
        for await (const chunk of body) {
          expect(chunk.length).toBeGreaterThan(0)
          break
        }
      },
    ],
    [
      'leaves before it',
      async (body) => {
        await body[Symbol.asyncIterator]().return?.()
      },
    ],
    [
      'throws',
      async (body) => {
        await expect(
          (async () => {
            for await (const chunk of body) throw new RangeError(`${chunk.length}`)
          })(),
        ).rejects.toThrow(RangeError)
      },
    ],
  ])('are closed when the reader %s', async (_, read) => {
    await storage.put('a', large)
    await read(present(await storage.get('a'), 'a').body)
    expect(await openFiles(root)).toEqual([])
  })

  it('are closed after a refused range, an empty blob, a read and a folder', async () => {
    await storage.put('a/b', large)
    await storage.put('empty', Buffer.alloc(0))
    await expect(storage.get('a/b', { first: 5, last: 5_000_000 })).rejects.toMatchObject({ fault: 'range' })
    await storage.read('a/b')
    await storage.get('empty')
    expect(await storage.get('a')).toBeNull()
    expect(await openFiles(root)).toEqual([])
  })

  it('report a file that became shorter while it was read', async () => {
    await storage.put('a', large)
    const { body } = present(await storage.get('a'), 'a')
    await writeFile(join(root, 'a'), 'short')
    const reading = (async () => {
      for await (const chunk of body) expect(chunk.length).toBeGreaterThan(0)
    })()
    await expect(reading).rejects.toMatchObject({ name: 'StorageError', fault: 'failed' })
    expect(await openFiles(root)).toEqual([])
  })
})

describe('symbolic links', () => {
  beforeEach(async () => {
    await mkdir(join(outside, 'secret'))
    await writeFile(join(outside, 'secret', 'password'), 'hunter2')
  })

  it('ST10: to a file are no blobs', async () => {
    await symlink(join(outside, 'secret', 'password'), join(root, 'link'))
    expect(await storage.get('link')).toBeNull()
    expect(await storage.read('link')).toBeNull()
    expect(await storage.stat('link')).toBeNull()
    expect(await storage.delete('link')).toBe(false)
    expect(await keys()).toEqual([])
  })

  it('ST10: to a file are replaced, not written through', async () => {
    await symlink(join(outside, 'secret', 'password'), join(root, 'link'))
    await storage.put('link', Buffer.from('mine'))
    expect(await readFile(join(outside, 'secret', 'password'), 'utf8')).toBe('hunter2')
    expect(Buffer.from(present(await storage.read('link'), 'link')).toString()).toBe('mine')
  })

  it.each(['before', 'after'])(
    'ST10: to a folder outside lead nowhere (made %s the folder was known)',
    async (when) => {
      if (when === 'after') {
        await storage.put('door/password', Buffer.from('inside'))
        await rm(join(root, 'door'), { recursive: true })
      }
      await symlink(join(outside, 'secret'), join(root, 'door'))
      const failed = { name: 'StorageError', fault: 'failed' }
      await expect(storage.read('door/password')).rejects.toMatchObject(failed)
      await expect(storage.stat('door/password')).rejects.toMatchObject(failed)
      await expect(storage.delete('door/password')).rejects.toMatchObject(failed)
      await expect(storage.put('door/password', Buffer.from('x'))).rejects.toMatchObject(failed)
      await expect(storage.put('door/new/a', Buffer.from('x'))).rejects.toMatchObject(failed)
      expect(await keys()).toEqual([])
      expect(await readdir(join(outside, 'secret'))).toEqual(['password'])
      expect(await readFile(join(outside, 'secret', 'password'), 'utf8')).toBe('hunter2')
    },
  )

  it('ST10: as the folder of temporary files keep the store shut', async () => {
    await rm(join(root, '.tmp'), { recursive: true })
    await symlink(join(outside, 'secret'), join(root, '.tmp'))
    await expect(openDiskStorage(root)).rejects.toMatchObject({ name: 'StorageError', fault: 'failed' })
  })

  it('ST10: above the root are the way to it', async () => {
    await storage.put('a', Buffer.from('x'))
    await symlink(root, join(outside, 'alias'))
    storage = await openDiskStorage(join(outside, 'alias'))
    expect(await keys()).toEqual(['a'])
  })
})

describe('large files', () => {
  const lengths = [256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 300_000, 4 * 2 ** 20, 4 * 2 ** 20 + 1, 9 * 2 ** 20 - 5]

  it.each(lengths)('ST2: gives back %i bytes as they were, after larger ones too', async (length) => {
    await storage.put('images/before', randomBytes(length + 10_000))
    const bytes = randomBytes(length)
    await storage.put('images/a', bytes)
    expect(bytes.equals(await readFile(join(root, 'images/a')))).toBe(true)
    expect(await readdir(join(root, '.tmp'))).toEqual([])
  })

  const noDirect = 'this system knows no direct writes'
  const isDirect = (flags: unknown): flags is number => typeof flags === 'number' && (flags & constants.O_DIRECT) !== 0

  /** Lets the system answer as file systems do that know no writes past the page cache, or that are nearly full. */
  async function withOpen(changed: (real: typeof fs.open) => typeof fs.open, work: () => Promise<void>): Promise<void> {
    const real = fs.open
    fs.open = changed(real)
    syncBuiltinESMExports()
    try {
      await work()
    } finally {
      fs.open = real
      syncBuiltinESMExports()
    }
  }

  it('ST2: are stored where the file system takes no direct writes, which is asked once', async ({ skip }) => {
    skip(directFlag === null, noDirect)
    const bytes = randomBytes(5 * 2 ** 20)
    let asked = 0
    const refusing =
      (real: typeof fs.open): typeof fs.open =>
      async (path, flags, mode) => {
        if (!isDirect(flags)) return await real(path, flags, mode)
        asked += 1
        // As Linux does it: the file is made all the same.
        await (await real(path, flags & ~constants.O_DIRECT, mode)).close()
        throw Object.assign(new Error('EINVAL: invalid argument, open'), { code: 'EINVAL' })
      }
    await withOpen(refusing, async () => {
      await storage.putAll([
        { key: 'images/a', bytes },
        { key: 'images/b', bytes: bytes.subarray(1) },
      ])
      await storage.put('images/c', bytes)
    })
    expect(asked).toBeGreaterThan(0)
    expect(asked).toBeLessThanOrEqual(2)
    expect(bytes.equals(await readFile(join(root, 'images/a')))).toBe(true)
    expect(bytes.subarray(1).equals(await readFile(join(root, 'images/b')))).toBe(true)
    expect(bytes.equals(await readFile(join(root, 'images/c')))).toBe(true)
    expect(await readdir(join(root, '.tmp'))).toEqual([])
  })

  it('ST2: are stored whole although a direct write took only a part', async ({ skip }) => {
    skip(directFlag === null, noDirect)
    const bytes = randomBytes(5 * 2 ** 20)
    let spared = 0
    const sparing =
      (real: typeof fs.open): typeof fs.open =>
      async (path, flags, mode) => {
        const handle = await real(path, flags, mode)
        if (!isDirect(flags)) return handle
        const write = handle.write.bind(handle)
        return Object.assign(handle, {
          write: (buffer: Uint8Array, offset: number, _length: number, at: number) => {
            spared += 1
            return write(buffer, offset, 4096, at)
          },
        })
      }
    await withOpen(sparing, () => storage.put('images/a', bytes))
    expect(spared).toBe(1)
    expect(bytes.equals(await readFile(join(root, 'images/a')))).toBe(true)
    expect(await readdir(join(root, '.tmp'))).toEqual([])
    expect(await openFiles(root)).toEqual([])
  })
})

describe('a folder that cannot be used', () => {
  it('ST8: is refused on open when it is a file', async () => {
    await writeFile(join(outside, 'file'), 'x')
    await expect(openDiskStorage(join(outside, 'file'))).rejects.toMatchObject({
      name: 'StorageError',
      fault: 'failed',
    })
  })

  it.each(['http://example.org/', 'file://somewhere-else/data'])('is refused when it is at %s', async (location) => {
    await expect(backend.open(new URL(location))).rejects.toMatchObject({ name: 'StorageError', fault: 'failed' })
  })

  it('ST8: fails a put when it is read-only, and keeps what is there', async () => {
    await storage.put('images/a', Buffer.from('before'))
    await chmod(join(root, 'images'), 0o555)
    // Permissions do not bind the superuser: the put is made by a process that has given that up.
    const isRoot = process.getuid?.() === 0
    if (isRoot) {
      for (const path of [outside, join(outside, 'not'), join(outside, 'not', 'yet')]) await chmod(path, 0o755)
      for (const path of ['', '.tmp', 'images', 'images/a']) await chown(join(root, path), nobody, nobody)
    }
    const script = `
      import { openDiskStorage } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'storage.ts')).href)}
      if (${isRoot}) process.seteuid(${nobody})
      const storage = await openDiskStorage(${JSON.stringify(root)})
      for (const key of ['images/a', 'images/b']) await storage.put(key, Buffer.from('x')).catch((error) => console.log(error.name, error.fault))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
    expect(stdout).toBe('StorageError failed\nStorageError failed\n')
    await chmod(join(root, 'images'), 0o700)
    expect(await keys()).toEqual(['images/a'])
    expect(await readFile(join(root, 'images/a'), 'utf8')).toBe('before')
    expect(await readdir(join(root, '.tmp'))).toEqual([])
  })
})
