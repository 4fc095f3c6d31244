import { constants, lstat, mkdir, open, realpath, rename, statfs, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeOf, present } from '#base/errors.ts'
import { checkKey, checkPrefix } from '../spec/key.ts'
import { offsetsOf } from '../spec/range.ts'
import type { Blob, Storage, StorageBackend } from '../spec/storage.ts'
import { readBody } from './body.ts'
import { asStorage, isAbsent, orNull, toStorageError } from './fault.ts'
import { createFolders, syncFolder, type Folders } from './folders.ts'
import { createTemporaries, discard, removeLeftovers, type Temporaries } from './temporary.ts'
import { look, walk, type Entry } from './walk.ts'

// O_NONBLOCK, because opening a named pipe would otherwise wait for a writer for ever.
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Files below `folder`, which is made when it is not there. Temporary files stand in `.tmp`, on the same volume, under names that no key has.
 * @throws StorageError when the folder cannot be used
 */
export async function openDiskStorage(folder: string): Promise<Storage> {
  return asStorage(`open the storage folder ${folder}`, async () => {
    const root = await openRoot(folder)
    const drafts = join(root, '.tmp')
    const folders = createFolders(root)
    await folders.ensure(drafts)
    await folders.checkInside(drafts)
    await removeLeftovers(drafts, Date.now())
    return createStorage({ root, drafts, temporaries: createTemporaries(drafts), folders })
  })
}

export const backend: StorageBackend = {
  id: 'disk',
  schemes: ['file:'],
  open: (location) => asStorage(`open ${location.href}`, async () => openDiskStorage(fileURLToPath(location))),
}

interface Place {
  readonly root: string
  /** Where temporary files are. */
  readonly drafts: string
  readonly temporaries: Temporaries
  readonly folders: Folders
}

function createStorage(place: Place): Storage {
  const { root, folders } = place

  function locate(key: string): string {
    checkKey(key)
    return join(root, key)
  }

  return {
    async put(key, bytes) {
      const file = { path: locate(key), bytes }
      await asStorage(`store ${key}`, () => store(place, [file]))
    },
    async putAll(blobs) {
      const files = blobs.map(({ key, bytes }) => ({ path: locate(key), bytes }))
      await asStorage(`store ${blobs.map(({ key }) => key).join(', ')}`, () => store(place, files))
    },
    async get(key, range) {
      const path = locate(key)
      return asStorage(`open ${key}`, () =>
        withFile(place, path, async (handle, size) => ({ size, body: await readBody(handle, offsetsOf(range, size)) })),
      )
    },
    async read(key) {
      const path = locate(key)
      return asStorage(`read ${key}`, () =>
        withFile(place, path, async (handle) => {
          const bytes = await handle.readFile()
          await handle.close()
          return bytes
        }),
      )
    },
    async stat(key) {
      const path = locate(key)
      return asStorage(`look at ${key}`, async () => ((await isReachable(folders, path)) ? look(path) : null))
    },
    async delete(key) {
      const path = locate(key)
      return asStorage(`remove ${key}`, () => remove(folders, path))
    },
    async *list(prefix) {
      checkPrefix(prefix)
      try {
        yield* listFrom(place, prefix)
      } catch (error) {
        throw toStorageError('list the blobs', error)
      }
    },
    free: () =>
      asStorage('ask for the free space', async () => {
        const { bavail, bsize } = await statfs(root)
        return bavail * bsize
      }),
  }
}

async function openRoot(folder: string): Promise<string> {
  const path = resolve(folder)
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first !== undefined) {
    for (let made = path; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
  }
  return realpath(path)
}

interface NewFile {
  readonly path: string
  readonly bytes: Blob['bytes']
}

async function store(place: Place, files: readonly NewFile[]): Promise<void> {
  try {
    await storeOnce(place, files)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    // Somebody has removed a folder under a running server, as people may with `derived`: make it again.
    place.folders.forget()
    await storeOnce(place, files)
  }
}

async function storeOnce({ folders, drafts, temporaries }: Place, files: readonly NewFile[]): Promise<void> {
  const into = [...new Set(files.map(({ path }) => dirname(path)))]
  await folders.ensure(drafts)
  for (const folder of into) {
    await folders.ensure(folder)
    await folders.checkInside(folder)
  }
  const written = await writeTemporaries(temporaries, files)
  try {
    // One after the other: the file system's journal keeps this order.
    for (const [index, { path }] of files.entries()) await rename(present(written[index], 'a temporary file'), path)
  } catch (error) {
    // What has been renamed is not found any more, and stays.
    await Promise.all(written.map(discard))
    throw error
  }
  for (const folder of into) await folders.sync(folder)
}

/** Writes all of them side by side, or leaves none. @returns their paths */
async function writeTemporaries(temporaries: Temporaries, files: readonly NewFile[]): Promise<readonly string[]> {
  const written = await Promise.allSettled(files.map(async ({ bytes }) => temporaries.write(await bytes)))
  const paths = written.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = written.find((one) => one.status === 'rejected')
  if (failed === undefined) return paths
  await Promise.all(paths.map(discard))
  throw failed.reason
}

/** Opens a blob and hands it to `use`, which closes it unless it throws; null when there is no such blob. */
async function withFile<T>(
  { folders }: Place,
  path: string,
  use: (handle: FileHandle, size: number) => Promise<T>,
): Promise<T | null> {
  const handle = (await isReachable(folders, path)) ? await openFile(path) : null
  if (handle === null) return null
  try {
    const found = await handle.stat()
    if (found.isFile()) return await use(handle, found.size)
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return null
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, readFlags)
  } catch (error) {
    // ELOOP: a symbolic link; ENXIO: a socket. Neither is a blob.
    if (isAbsent(error) || codeOf(error) === 'ELOOP' || codeOf(error) === 'ENXIO') return null
    throw error
  }
}

async function isReachable(folders: Folders, path: string): Promise<boolean> {
  try {
    await folders.checkInside(dirname(path))
    return true
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

async function remove(folders: Folders, path: string): Promise<boolean> {
  if (!(await isReachable(folders, path)) || (await look(path)) === null) return false
  // Two who remove the same blob at once: only one of them did.
  const removed = (await orNull(unlink(path).then(() => true))) ?? false
  if (removed) await folders.sync(dirname(path))
  return removed
}

async function* listFrom({ root, folders }: Place, prefix: string): AsyncGenerator<Entry> {
  if (prefix === '') return yield* walk(root, '')
  const path = join(root, prefix)
  if (!(await isReachable(folders, path))) return
  const found = await orNull(lstat(path))
  if (found?.isDirectory() === true) return yield* walk(path, `${prefix}/`)
  const file = await look(path)
  if (file !== null) yield { key: prefix, ...file }
}
