import type { StorageAccess, StorageBackend } from '../spec/storage.ts'

const unsaid: StorageAccess = {
  endpoint: null,
  publicEndpoint: null,
  region: null,
  keyId: null,
  secretKey: null,
  sessionToken: null,
}

export const backend: StorageBackend = {
  id: 's3',
  schemes: ['s3:'],
  // Loaded where it is used alone: the SDK takes longer to load than the rest of a start.
  open: async (location, access = unsaid) => (await import('./open.ts')).openS3Storage(location, access),
}
