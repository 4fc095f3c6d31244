import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartError } from '#base/errors.ts'
import type { Provider } from '#providers/spec/provider.ts'
import type { StorageBackend } from '#storage/spec/storage.ts'

const source = join(import.meta.dirname, '..')
/** Folders that hold the port and what adapters share, not an adapter. */
const notAdapters = new Set(['spec', 'kit'])

async function importEach(
  folder: string,
  file: string,
): Promise<readonly { id: string; module: Record<string, unknown> }[]> {
  const ids = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !notAdapters.has(entry.name))
    .map(({ name }) => name)
    .filter((id) => existsSync(join(folder, id, file)))
    .toSorted()
  return await Promise.all(
    ids.map(async (id) => {
      const module: Record<string, unknown> = await import(pathToFileURL(join(folder, id, file)).href)
      return { id, module }
    }),
  )
}

function isProvider(value: unknown): value is Provider {
  return typeof value === 'object' && value !== null && 'manifest' in value && 'listModels' in value && 'start' in value
}

function isBackend(value: unknown): value is StorageBackend {
  return typeof value === 'object' && value !== null && 'schemes' in value && 'open' in value && 'id' in value
}

/**
 * Every provider folder's provider, by id: the folders are the registry.
 * @param folder where they are
 * @throws StartError when one does not fit the port
 */
export async function discoverProviders(folder = join(source, 'providers')): Promise<ReadonlyMap<string, Provider>> {
  const found = new Map<string, Provider>()
  for (const { id, module } of await importEach(folder, 'provider.ts')) {
    const { provider } = module
    if (!isProvider(provider) || provider.manifest.id !== id) {
      throw new StartError(`providers/${id}/provider.ts must export a provider whose manifest has the id "${id}".`)
    }
    found.set(id, provider)
  }
  return found
}

/** Every storage folder's backend. @throws StartError when one does not fit the port */
export async function discoverBackends(): Promise<readonly StorageBackend[]> {
  return (await importEach(join(source, 'storage'), 'storage.ts')).map(({ id, module }) => {
    const { backend } = module
    if (!isBackend(backend) || backend.id !== id) {
      throw new StartError(`storage/${id}/storage.ts must export a backend with the id "${id}".`)
    }
    return backend
  })
}
