import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { codeOf, StartError } from '#base/errors.ts'
import type { Config } from '#config/config.ts'
import { StorageError, type Storage, type StorageBackend } from '#storage/spec/storage.ts'
import { discoverBackends } from './discover.ts'

type Where = Pick<Config, 'dataFolder' | 'storageUrl' | 'storageAccess'>

/** Where the pictures are kept. @throws StartError when it cannot be used */
export async function openStorage(config: Where): Promise<Storage> {
  const { dataFolder, storageUrl, storageAccess } = config
  const location = storageUrl === null ? pathToFileURL(join(dataFolder, 'files')) : new URL(storageUrl)
  const backend = (await discoverBackends()).find(({ schemes }) => schemes.includes(location.protocol))
  if (backend === undefined) {
    throw new StartError(`EASEL_STORAGE: there is no storage for ${location.protocol}// addresses.`)
  }
  const storage = await openBackend(backend, location, storageAccess)
  return storageUrl === null ? storage : withRoomOf(storage, dataFolder)
}

async function openBackend(backend: StorageBackend, location: URL, access: Config['storageAccess']): Promise<Storage> {
  try {
    return await backend.open(location, access)
  } catch (error) {
    if (error instanceof StorageError)
      throw new StartError(`EASEL_STORAGE cannot be used. ${error.message}.`, { cause: error })
    throw error
  }
}

/**
 * The data folder has the database, keys and files on their way in, wherever pictures are kept: there is no more room than it has, as a
 * database that cannot write stops everything.
 */
function withRoomOf(storage: Storage, dataFolder: string): Storage {
  return {
    ...storage,
    async free() {
      const both = await Promise.all([storage.free(), roomIn(dataFolder)])
      const limits = both.filter((bytes) => bytes !== null)
      return limits.length === 0 ? null : Math.min(...limits)
    },
  }
}

/** Bytes free, or null as long as nothing is kept there. */
async function roomIn(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}
