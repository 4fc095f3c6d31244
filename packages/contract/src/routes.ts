import { z } from 'zod'
import { accountRoutes } from './account-routes.ts'
import { adminRoutes } from './admin-routes.ts'
import { ModelInfo, ProviderInfo } from './catalogue.ts'
import { factorRoutes } from './factor-routes.ts'
import {
  Connection,
  ConnectionCreate,
  ConnectionTest,
  ModelDefault,
  ModelDefaultChange,
  Profile,
} from './connections.ts'
import {
  Estimate,
  Generation,
  GenerationRequest,
  GenerationState,
  SyncGeneration,
  SyncGenerationRequest,
} from './generations.ts'
import { Image } from './images.ts'
import { collectionRoutes } from './library-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { Cursor, Id, Page } from './primitives.ts'
import { promptRoutes } from './prompt-routes.ts'
import type { Route } from './route.ts'
import { ImageFilter } from './search.ts'
import { shareRoutes } from './share-routes.ts'
import { transferRoutes } from './transfer-routes.ts'
import { webhookRoutes } from './webhook-routes.ts'
import { writingRoutes } from './writing-routes.ts'

const byId = z.object({ id: Id })
const limit = z.coerce.number().int().min(1).max(200).default(50)
const data = <T extends z.ZodType>(item: T) => z.object({ data: item })

const libraryRoutes = {
  createGeneration: {
    method: 'POST',
    path: '/api/generations',
    summary: 'Submit a generation. Takes an Idempotency-Key header.',
    access: 'generate',
    limit: 'generate',
    body: GenerationRequest,
    status: 202,
    response: Generation,
  },
  estimateGeneration: {
    method: 'POST',
    path: '/api/generations/estimate',
    summary: 'What a request would become and cost. Spends nothing.',
    access: 'read',
    body: GenerationRequest,
    status: 200,
    response: Estimate,
  },
  listGenerations: {
    method: 'GET',
    path: '/api/generations',
    summary: 'List generations, newest first.',
    access: 'read',
    query: z.object({
      limit,
      cursor: Cursor.optional(),
      /** `active` is queued and running. */
      state: z.union([GenerationState, z.literal('active')]).optional(),
    }),
    status: 200,
    response: Page(Generation),
  },
  getGeneration: {
    method: 'GET',
    path: '/api/generations/:id',
    summary: 'One generation with its pictures.',
    access: 'read',
    params: byId,
    status: 200,
    response: Generation,
  },
  cancelGeneration: {
    method: 'DELETE',
    path: '/api/generations/:id',
    summary: 'Cancel a queued or running generation. A finished one stays as it is.',
    access: 'write',
    params: byId,
    status: 202,
    response: Generation,
  },
  retryGeneration: {
    method: 'POST',
    path: '/api/generations/:id/retry',
    summary: 'Submit the same request again as a child of this generation.',
    access: 'generate',
    limit: 'generate',
    params: byId,
    status: 202,
    response: Generation,
  },
  generateImages: {
    method: 'POST',
    path: '/api/images/generate',
    summary: 'Generate and wait for the pictures (contract E).',
    access: 'generate',
    limit: 'generate',
    body: SyncGenerationRequest,
    status: 200,
    response: SyncGeneration,
  },
  listImages: {
    method: 'GET',
    path: '/api/images',
    summary: 'List pictures, newest first. A page of a search may be short, or empty, and go on all the same.',
    access: 'read',
    query: ImageFilter.extend({
      limit,
      cursor: Cursor.optional(),
      /** `date`: the newest first. `rank`: the best first, where there are words. `album`: as they stand in the album. */
      sort: z.enum(['date', 'rank', 'album']).optional(),
    }),
    status: 200,
    response: Page(Image),
  },
  getImage: {
    method: 'GET',
    path: '/api/images/:id',
    summary: 'One picture with its whole story.',
    access: 'read',
    params: byId,
    status: 200,
    response: data(Image),
  },
  deleteImage: {
    method: 'DELETE',
    path: '/api/images/:id',
    summary: 'Move a picture to the trash.',
    access: 'write',
    params: byId,
    status: 204,
  },
  restoreImage: {
    method: 'POST',
    path: '/api/images/:id/restore',
    summary: 'Take a picture out of the trash.',
    access: 'write',
    params: byId,
    status: 200,
    response: data(Image),
  },
  listProviders: {
    method: 'GET',
    path: '/api/providers',
    summary: 'The engines this server can speak to.',
    access: 'read',
    status: 200,
    response: data(z.array(ProviderInfo)),
  },
  listConnections: {
    method: 'GET',
    path: '/api/connections',
    summary: "The caller's configured engines, the default first.",
    access: 'read',
    status: 200,
    response: data(z.array(Connection)),
  },
  createConnection: {
    method: 'POST',
    path: '/api/connections',
    summary: 'Configure an engine.',
    access: 'write',
    guests: 'refused',
    body: ConnectionCreate,
    status: 201,
    response: data(Connection),
  },
  updateConnection: {
    method: 'PATCH',
    path: '/api/connections/:id',
    summary: 'Change a configured engine. An empty `key` removes the key.',
    access: 'write',
    guests: 'refused',
    params: byId,
    body: ConnectionCreate.omit({ provider: true }).partial(),
    status: 200,
    response: data(Connection),
  },
  deleteConnection: {
    method: 'DELETE',
    path: '/api/connections/:id',
    summary: 'Remove a configured engine; what it made stays.',
    access: 'write',
    guests: 'refused',
    params: byId,
    status: 204,
  },
  testConnection: {
    method: 'POST',
    path: '/api/connections/:id/test',
    summary: 'Try a configured engine with a call that spends nothing.',
    access: 'write',
    guests: 'refused',
    params: byId,
    status: 200,
    response: data(ConnectionTest),
  },
  listModels: {
    method: 'GET',
    path: '/api/connections/:id/models',
    summary: 'The models that a configured engine has now, image-capable ones only.',
    access: 'read',
    params: byId,
    query: z.object({ refresh: z.stringbool().optional() }),
    status: 200,
    response: data(z.array(ModelInfo)),
  },
  listModelDefaults: {
    method: 'GET',
    path: '/api/model-defaults',
    summary: 'Which model serves each family: the caller’s choice and the instance’s.',
    access: 'read',
    status: 200,
    response: data(z.array(ModelDefault)),
  },
  chooseModelDefault: {
    method: 'PUT',
    path: '/api/model-defaults',
    summary: 'Choose the model that serves a family for the caller, or take the choice back.',
    access: 'write',
    guests: 'refused',
    body: ModelDefaultChange,
    status: 200,
    response: data(z.array(ModelDefault)),
  },
  chooseInstanceModelDefault: {
    method: 'PUT',
    path: '/api/admin/model-defaults',
    summary: 'Choose the model that serves a family for all who chose nothing. Its connection must be shared.',
    access: 'admin',
    body: ModelDefaultChange,
    status: 200,
    response: data(z.array(ModelDefault)),
  },
  listProfiles: {
    method: 'GET',
    path: '/api/profiles',
    summary: "Contract E's list of connections, the default first.",
    access: 'read',
    query: z.object({ imageCapable: z.stringbool().optional() }),
    status: 200,
    response: z.object({ profiles: z.array(Profile) }),
  },
} as const satisfies Record<string, Route>

/** Every JSON route of Easel's own API. Bytes and event streams are listed in `docs/spec`, not here. */
export const routes = {
  ...libraryRoutes,
  ...collectionRoutes,
  ...accountRoutes,
  ...factorRoutes,
  ...adminRoutes,
  ...transferRoutes,
  ...writingRoutes,
  ...promptRoutes,
  ...shareRoutes,
  ...peopleRoutes,
  ...webhookRoutes,
} as const
