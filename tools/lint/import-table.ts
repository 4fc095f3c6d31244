/**
 * Who may import whom. The lint rules are generated from this table, so it is the one place to change. Keys are folders
 * below `packages/server/src` (or `packages/web/src`); the values are the other folders whose *values* they may import.
 * Types may come from anywhere but `bin`. Imports inside a folder are free, except between storage backends and providers.
 */
export type ImportTable = Readonly<Record<string, readonly string[]>>

const product = ['base', 'db', 'events', 'jobs', 'library'] as const

export const serverTable: ImportTable = {
  base: [],
  config: ['base'],
  db: ['base'],
  media: ['base'],
  events: ['base', 'db'],
  jobs: ['base', 'db'],
  auth: ['base', 'db'],
  'storage/*': ['base', 'storage/spec'],
  'storage/spec': ['base'],
  'providers/*': ['base', 'providers/spec', 'providers/kit'],
  'providers/spec': ['base'],
  'providers/kit': ['base', 'providers/spec'],
  connections: ['base', 'db', 'providers/spec'],
  library: ['base', 'db', 'events', 'media'],
  sharing: ['base', 'db', 'events', 'media', 'library'],
  prompts: product,
  transfer: [...product, 'media', 'storage/spec'],
  webhooks: product,
  admin: product,
  generation: ['base', 'db', 'jobs', 'connections', 'providers/spec', 'storage/spec', 'media', 'library', 'events'],
  http: [
    'base',
    'auth',
    'connections',
    'generation',
    'library',
    'sharing',
    'prompts',
    'transfer',
    'webhooks',
    'admin',
    'events',
  ],
}

export const webTable: ImportTable = {
  data: [],
  parts: [],
  screens: ['data', 'parts'],
  app: ['data', 'parts', 'screens'],
}

/** Server folders that know nothing of what the two ends promise each other. */
export const withoutContract: readonly string[] = ['base', 'config', 'db', 'media', 'storage/*', 'storage/spec']

/** Packages that few server folders wrap, so that the rest can do without knowing them. */
export const packageOwners: Readonly<Record<string, readonly string[]>> = {
  sharp: ['media'],
  'pg-boss': ['jobs', 'db'],
  pg: ['db'],
  '@electric-sql/pglite': ['db'],
  'better-auth': ['auth'],
  '@better-auth/passkey': ['auth'],
  nodemailer: ['auth'],
  'rate-limiter-flexible': ['auth'],
  yauzl: ['transfer'],
  '@aws-sdk/client-s3': ['storage/*'],
  '@aws-sdk/s3-request-presigner': ['storage/*'],
  // The fakes are held against them; nothing else needs them.
  openai: [],
  '@google/genai': [],
}
