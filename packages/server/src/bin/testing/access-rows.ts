// A row for every route there is: how it is asked about something of the owner's, and what comes of it.
import { newId } from '#base/ids.ts'
import type { Who } from './people.ts'

export interface Asked {
  /** The path as the route table has it, filled in. */
  readonly path: string
  readonly body?: unknown
}

/** Makes what is asked about, anew for each request: in the owner's library. */
export interface Things {
  readonly ownerId: string
  image(): Promise<{ readonly id: string; readonly filename: string; readonly historyId: string }>
  trashed(): Promise<string>
  generation(): Promise<string>
  connection(): Promise<string>
  tag(): Promise<string>
  album(): Promise<string>
  search(): Promise<string>
  promptPart(): Promise<string>
  webhook(): Promise<string>
  delivery(): Promise<string>
  bulk(): Promise<string>
  apiKey(): Promise<string>
  session(): Promise<string>
  passkey(): Promise<string>
  invitation(): Promise<string>
  user(): Promise<string>
  group(): Promise<string>
  /** A link that asks a password, by its id and its name. */
  share(): Promise<{ readonly id: string; readonly name: string }>
}

export interface Row {
  readonly ask: (things: Things) => Asked | Promise<Asked>
  /** What the owner gets; of an open route, what everybody gets. */
  readonly own: number
  /** What others get who may call it; absent: the same, as it is about their own things. */
  readonly foreign?: number
  /** Who gets something else, and what. */
  readonly but?: Partial<Record<Who, number>>
  /** It ends the caller's sessions. */
  readonly ends?: true
}

const at = (path: string, body?: unknown): Row['ask'] => {
  return () => (body === undefined ? { path } : { path, body })
}
const of =
  (make: (things: Things) => Promise<string>, path: (id: string) => string, body?: unknown): Row['ask'] =>
  async (things) => {
    const asked = { path: path(await make(things)) }
    return body === undefined ? asked : { ...asked, body }
  }

const image = async ({ image: make }: Things) => (await make()).id
const generation = (things: Things) => things.generation()
const connection = (things: Things) => things.connection()

const open: Record<string, Row> = {
  'GET /api/openapi.json': { ask: at('/api/openapi.json'), own: 200 },
  'GET /api/docs': { ask: at('/api/docs'), own: 301 },
  'GET /api/docs/': { ask: at('/api/docs/'), own: 200 },
  'GET /api/docs/js/scalar.js': { ask: at('/api/docs/js/scalar.js'), own: 200 },
  'GET /healthz': { ask: at('/healthz'), own: 200 },
  'GET /readyz': { ask: at('/readyz'), own: 200 },
  'GET /ollama': { ask: at('/ollama'), own: 200 },
  'GET /ollama/': { ask: at('/ollama/'), own: 200 },
  'GET /ollama/api/version': { ask: at('/ollama/api/version'), own: 200 },
  'GET /api/auth/status': { ask: at('/api/auth/status'), own: 200 },
  'POST /api/auth/setup': {
    ask: at('/api/auth/setup', { name: 'Eve', email: 'eve@example.com', password: 'a fox in the snow' }),
    own: 409,
  },
  'POST /api/auth/sign-in': {
    ask: at('/api/auth/sign-in', { email: 'owner@example.com', password: 'not the password' }),
    own: 401,
  },
  'POST /api/auth/sign-up': {
    ask: at('/api/auth/sign-up', { name: 'Eve', email: 'owner@example.com', password: 'a fox in the snow' }),
    own: 409,
  },
  'POST /api/auth/sign-out': { ask: at('/api/auth/sign-out'), own: 204, ends: true },
  'POST /api/auth/guest': {
    ask: at('/api/auth/guest'),
    own: 409,
    // Whoever is nobody becomes a guest, and a guest stays the one they are.
    but: {
      nobody: 201,
      'made-up key': 201,
      'expired key': 201,
      'revoked session': 201,
      'disabled person': 201,
      guest: 201,
    },
  },
  'POST /api/auth/forgot-password': { ask: at('/api/auth/forgot-password', { email: 'owner@example.com' }), own: 200 },
  'POST /api/auth/reset-password': {
    ask: at('/api/auth/reset-password', { token: 'made-up', password: 'a fox in the snow' }),
    own: 403,
  },
  'POST /api/auth/two-factor/verify': { ask: at('/api/auth/two-factor/verify', { code: '000000' }), own: 401 },
  // Passkeys need a name: 127.0.0.1 is none.
  'POST /api/auth/passkey/options': { ask: at('/api/auth/passkey/options'), own: 409 },
  'POST /api/auth/passkey/verify': { ask: at('/api/auth/passkey/verify', {}), own: 400 },
  'GET /api/auth/oidc': { ask: at('/api/auth/oidc'), own: 404 },
  'GET /api/auth/oidc/callback': { ask: at('/api/auth/oidc/callback?code=x&state=y'), own: 404 },
  'POST /api/auth/register': { ask: at('/api/auth/register', {}), own: 400 },
  'POST /api/auth/login': { ask: at('/api/auth/login', { email: 'owner@example.com', password: 'x' }), own: 401 },
  'GET /api/health': { ask: at('/api/health'), own: 200 },
  // Whoever does not know the secret in the id knows nothing.
  'GET /task-status/:taskId': {
    ask: of(generation, (id) => `/task-status/${id}-${'0'.repeat(32)}`),
    own: 404,
  },
  // Open, because it also serves what has a link: of what has none only its owner knows.
  'GET /api/ai/images/:filename': {
    ask: async ({ image: make }) => ({ path: `/api/ai/images/${(await make()).filename}` }),
    own: 404,
    but: { owner: 200, 'key to read': 200 },
  },
  'POST /api/auth/verify': {
    ask: at('/api/auth/verify'),
    // A cookie does not count for programs of the older systems.
    own: 401,
    but: { 'key to read': 200, 'key to generate': 200, 'key to write': 200, 'key to administer': 200 },
  },
}

const account: Record<string, Row> = {
  'POST /api/auth/sign-out-everywhere': { ask: at('/api/auth/sign-out-everywhere'), own: 204, ends: true },
  'GET /api/me': { ask: at('/api/me'), own: 200 },
  'GET /api/me/usage': { ask: at('/api/me/usage'), own: 200 },
  'PATCH /api/me': { ask: at('/api/me', { name: 'Still me' }), own: 200 },
  'DELETE /api/me': { ask: at('/api/me', {}), own: 400 },
  'GET /api/me/sessions': { ask: at('/api/me/sessions'), own: 200 },
  'DELETE /api/me/sessions/:id': {
    ask: of(
      (things) => things.session(),
      (id) => `/api/me/sessions/${id}`,
    ),
    own: 204,
    foreign: 404,
  },
  'POST /api/me/password': { ask: at('/api/me/password', { password: 'short' }), own: 400 },
  'GET /api/me/keys': { ask: at('/api/me/keys'), own: 200 },
  'POST /api/me/keys': { ask: at('/api/me/keys', { name: '', scopes: [] }), own: 400 },
  'DELETE /api/me/keys/:id': {
    ask: of(
      (things) => things.apiKey(),
      (id) => `/api/me/keys/${id}`,
    ),
    own: 204,
    foreign: 404,
  },
  'GET /api/me/factors': { ask: at('/api/me/factors'), own: 200 },
  'POST /api/me/two-factor/enable': { ask: at('/api/me/two-factor/enable', {}), own: 400 },
  'POST /api/me/two-factor/verify': { ask: at('/api/me/two-factor/verify', {}), own: 400 },
  'POST /api/me/two-factor/disable': { ask: at('/api/me/two-factor/disable', {}), own: 400 },
  'POST /api/me/two-factor/recovery-codes': { ask: at('/api/me/two-factor/recovery-codes', {}), own: 400 },
  'GET /api/me/passkeys': { ask: at('/api/me/passkeys'), own: 200 },
  'POST /api/me/passkeys/options': { ask: at('/api/me/passkeys/options'), own: 409 },
  'POST /api/me/passkeys': { ask: at('/api/me/passkeys', {}), own: 400 },
  'PATCH /api/me/passkeys/:id': {
    ask: of(
      (things) => things.passkey(),
      (id) => `/api/me/passkeys/${id}`,
      { name: 'Mine' },
    ),
    own: 200,
    foreign: 404,
  },
  'DELETE /api/me/passkeys/:id': {
    ask: of(
      (things) => things.passkey(),
      (id) => `/api/me/passkeys/${id}`,
    ),
    own: 204,
    foreign: 404,
  },
  'POST /api/me/single-sign-on': { ask: at('/api/me/single-sign-on', {}), own: 404 },
  'GET /api/me/export': { ask: at('/api/me/export'), own: 200 },
}

const library: Record<string, Row> = {
  'POST /api/generations': { ask: at('/api/generations', { prompt: 'a fox' }), own: 202 },
  'POST /api/generations/estimate': { ask: at('/api/generations/estimate', { prompt: 'a fox' }), own: 200 },
  'GET /api/generations': { ask: at('/api/generations'), own: 200 },
  'GET /api/generations/:id': { ask: of(generation, (id) => `/api/generations/${id}`), own: 200, foreign: 404 },
  'DELETE /api/generations/:id': { ask: of(generation, (id) => `/api/generations/${id}`), own: 202, foreign: 404 },
  'POST /api/generations/:id/retry': {
    ask: of(generation, (id) => `/api/generations/${id}/retry`),
    own: 202,
    foreign: 404,
  },
  'GET /api/generations/:id/preview': {
    ask: of(generation, (id) => `/api/generations/${id}/preview`),
    own: 204,
    foreign: 404,
  },
  'GET /api/generations/:id/events': {
    ask: of(generation, (id) => `/api/generations/${id}/events`),
    own: 200,
    foreign: 404,
  },
  // Whoever may be here is told that this is no message of the protocol.
  'POST /mcp': { ask: at('/mcp', {}), own: 406 },
  'GET /api/events': { ask: at('/api/events'), own: 200 },
  'GET /api/images': { ask: at('/api/images'), own: 200 },
  'POST /api/images': { ask: at('/api/images', {}), own: 400 },
  'POST /api/images/known': { ask: at('/api/images/known', {}), own: 400 },
  'POST /api/images/download': {
    ask: async (things) => ({ path: '/api/images/download', body: { selection: { ids: [await image(things)] } } }),
    own: 201,
    foreign: 404,
  },
  // Whoever does not know the token knows nothing.
  'GET /api/images/download/:token': { ask: at(`/api/images/download/${'A'.repeat(43)}`), own: 404 },
  'POST /api/import': { ask: at('/api/import', {}), own: 200 },
  'GET /api/images/:id': { ask: of(image, (id) => `/api/images/${id}`), own: 200, foreign: 404 },
  'DELETE /api/images/:id': { ask: of(image, (id) => `/api/images/${id}`), own: 204, foreign: 404 },
  'POST /api/images/:id/restore': {
    ask: of(
      (things) => things.trashed(),
      (id) => `/api/images/${id}/restore`,
    ),
    own: 200,
    foreign: 404,
  },
  'GET /api/images/:id/file': { ask: of(image, (id) => `/api/images/${id}/file`), own: 200, foreign: 404 },
  'GET /api/images/:id/thumbnail': { ask: of(image, (id) => `/api/images/${id}/thumbnail`), own: 200, foreign: 404 },
  'GET /uploads/generated/:userId/:filename': {
    ask: async ({ image: make, ownerId }) => ({ path: `/uploads/generated/${ownerId}/${(await make()).filename}` }),
    own: 200,
    foreign: 403,
  },
  'GET /api/providers': { ask: at('/api/providers'), own: 200 },
  'GET /api/connections': { ask: at('/api/connections'), own: 200 },
  'POST /api/connections': { ask: at('/api/connections', {}), own: 400 },
  'PATCH /api/connections/:id': {
    ask: of(connection, (id) => `/api/connections/${id}`, { concurrency: 2 }),
    own: 200,
    foreign: 404,
  },
  'DELETE /api/connections/:id': { ask: of(connection, (id) => `/api/connections/${id}`), own: 204, foreign: 404 },
  'POST /api/connections/:id/test': {
    ask: of(connection, (id) => `/api/connections/${id}/test`),
    own: 200,
    foreign: 404,
  },
  'GET /api/connections/:id/models': {
    ask: of(connection, (id) => `/api/connections/${id}/models`),
    own: 200,
    foreign: 404,
  },
  'GET /api/connections/:id/text-models': {
    ask: of(connection, (id) => `/api/connections/${id}/text-models`),
    own: 400,
    foreign: 404,
  },
  'GET /api/writing': { ask: at('/api/writing'), own: 200 },
  'PUT /api/writing': { ask: at('/api/writing', { choice: null }), own: 200 },
  'POST /api/prompts/refine': { ask: at('/api/prompts/refine', { prompt: 'a fox' }), own: 400 },
  'POST /api/images/:id/describe': {
    ask: of(image, (id) => `/api/images/${id}/describe`, {}),
    own: 400,
    foreign: 404,
  },
  'GET /api/model-defaults': { ask: at('/api/model-defaults'), own: 200 },
  'PUT /api/model-defaults': { ask: at('/api/model-defaults', { family: 'sdxl', connectionId: null }), own: 200 },
  'GET /api/profiles': { ask: at('/api/profiles'), own: 200 },
  'POST /api/images/generate': {
    ask: of(connection, () => '/api/images/generate', { prompt: '', profileId: newId() }),
    own: 400,
  },
  'GET /models': { ask: at('/models'), own: 200 },
  'POST /generate': { ask: at('/generate', {}), own: 400 },
  'GET /history/index': { ask: at('/history/index?images=0'), own: 200 },
  'GET /history/:id': {
    ask: async ({ image: make }) => ({ path: `/history/${(await make()).historyId}` }),
    own: 200,
    foreign: 404,
  },
  'DELETE /history/:id': {
    ask: async ({ image: make }) => ({ path: `/history/${(await make()).historyId}` }),
    own: 200,
    foreign: 404,
  },
  'GET /ollamalog/info': { ask: at('/ollamalog/info'), own: 200 },
  'POST /api/ai/generate-image': { ask: at('/api/ai/generate-image', {}), own: 400 },
  'GET /api/ai/my-images': { ask: at('/api/ai/my-images'), own: 200 },
  'GET /api/ai/images/:userId/:filename': {
    ask: async ({ image: make, ownerId }) => ({ path: `/api/ai/images/${ownerId}/${(await make()).filename}` }),
    own: 200,
    foreign: 403,
  },
  'GET /uploads/images/:folder/:filename': {
    ask: async ({ image: make, ownerId }) => ({ path: `/uploads/images/user-${ownerId}/${(await make()).filename}` }),
    own: 200,
    foreign: 403,
  },
  'GET /api/models/config': { ask: at('/api/models/config'), own: 200 },
  'POST /api/sdxl/generate': { ask: at('/api/sdxl/generate', {}), own: 422 },
  'POST /api/flux/generate': { ask: at('/api/flux/generate', {}), own: 422 },
  'POST /api/sdxl/transform': { ask: at('/api/sdxl/transform', {}), own: 422 },
  'POST /api/flux/transform': { ask: at('/api/flux/transform', {}), own: 422 },
  'POST /generate-image': { ask: at('/generate-image', {}), own: 400 },
  'DELETE /delete-images': { ask: at('/delete-images', { image_ids: [] }), own: 200 },
  'DELETE /delete-images/': { ask: at('/delete-images/', { image_ids: ['nonesuch'] }), own: 404 },
  'DELETE /api/ai/images/*': {
    ask: async ({ image: make }) => ({ path: `/api/ai/images/${(await make()).filename}` }),
    own: 200,
    foreign: 404,
  },
  'GET /ollamalog/warn': { ask: at('/ollamalog/warn'), own: 404 },
}

/** What other programs speak. */
const engines: Record<string, Row> = {
  'GET /v1/models': { ask: at('/v1/models'), own: 200 },
  'GET /v1/models/*': { ask: at('/v1/models/sketch'), own: 200 },
  'POST /v1/images/generations': { ask: at('/v1/images/generations', {}), own: 400 },
  'POST /v1/images/edits': { ask: at('/v1/images/edits', {}), own: 400 },
  'POST /v1/images/variations': { ask: at('/v1/images/variations', {}), own: 400 },
  'POST /sdapi/v1/txt2img': { ask: at('/sdapi/v1/txt2img', {}), own: 422 },
  'POST /sdapi/v1/img2img': { ask: at('/sdapi/v1/img2img', {}), own: 422 },
  'GET /sdapi/v1/progress': { ask: at('/sdapi/v1/progress'), own: 200 },
  'POST /internal/progress': { ask: at('/internal/progress', {}), own: 200 },
  'POST /sdapi/v1/extra-single-image': { ask: at('/sdapi/v1/extra-single-image', {}), own: 501 },
  'POST /sdapi/v1/extra-batch-images': { ask: at('/sdapi/v1/extra-batch-images', {}), own: 501 },
  'POST /sdapi/v1/interrupt': { ask: at('/sdapi/v1/interrupt'), own: 200 },
  'POST /sdapi/v1/skip': { ask: at('/sdapi/v1/skip'), own: 200 },
  'GET /sdapi/v1/sd-models': { ask: at('/sdapi/v1/sd-models'), own: 200 },
  'GET /sdapi/v1/samplers': { ask: at('/sdapi/v1/samplers'), own: 200 },
  'GET /sdapi/v1/options': { ask: at('/sdapi/v1/options'), own: 200 },
  'POST /sdapi/v1/options': { ask: at('/sdapi/v1/options', {}), own: 200 },
  'POST /sdapi/v1/refresh-checkpoints': { ask: at('/sdapi/v1/refresh-checkpoints'), own: 200 },
  'POST /sdapi/v1/png-info': { ask: at('/sdapi/v1/png-info', {}), own: 422 },
  'GET /sdapi/v1/:name': { ask: at('/sdapi/v1/upscalers'), own: 200 },
  'POST /sdapi/v1/:name': { ask: at('/sdapi/v1/reload-checkpoint'), own: 200 },
  'GET /ollama/api/tags': { ask: at('/ollama/api/tags'), own: 200 },
  'GET /ollama/api/ps': { ask: at('/ollama/api/ps'), own: 200 },
  'POST /ollama/api/show': { ask: at('/ollama/api/show', {}), own: 400 },
  'POST /ollama/api/generate': { ask: at('/ollama/api/generate', {}), own: 400 },
}

const own = (make: 'tag' | 'album' | 'search' | 'bulk' | 'promptPart', path: (id: string) => string, body?: unknown) =>
  of((things) => things[make](), path, body)
const tags = { tags: [{ tagType: 'LABEL', tagId: 'mine' }] }
const ids = { imageIds: [newId()] }

const collections: Record<string, Row> = {
  'GET /api/images/count': { ask: at('/api/images/count'), own: 200 },
  'PATCH /api/images/:id': { ask: of(image, (id) => `/api/images/${id}`, { rating: 1 }), own: 200, foreign: 404 },
  'POST /api/images/:id/tags': { ask: of(image, (id) => `/api/images/${id}/tags`, tags), own: 200, foreign: 404 },
  'DELETE /api/images/:id/tags': { ask: of(image, (id) => `/api/images/${id}/tags`, tags), own: 200, foreign: 404 },
  'GET /api/timeline': { ask: at('/api/timeline'), own: 200 },
  'GET /api/timeline/:key': { ask: at('/api/timeline/2001-01-01'), own: 404 },
  'GET /api/tags': { ask: at('/api/tags'), own: 200 },
  'PATCH /api/tags/:id': {
    ask: own('tag', (id) => `/api/tags/${id}`, { tagType: 'LABEL', tagId: 'renamed' }),
    own: 200,
    foreign: 404,
  },
  'DELETE /api/tags/:id': { ask: own('tag', (id) => `/api/tags/${id}`), own: 204, foreign: 404 },
  'GET /api/albums': { ask: at('/api/albums'), own: 200 },
  'POST /api/albums': { ask: at('/api/albums', { name: '' }), own: 400 },
  'GET /api/albums/:id': { ask: own('album', (id) => `/api/albums/${id}`), own: 200, foreign: 404 },
  'PATCH /api/albums/:id': { ask: own('album', (id) => `/api/albums/${id}`, {}), own: 200, foreign: 404 },
  'DELETE /api/albums/:id': { ask: own('album', (id) => `/api/albums/${id}`), own: 204, foreign: 404 },
  'POST /api/albums/:id/images': { ask: own('album', (id) => `/api/albums/${id}/images`, ids), own: 404 },
  'DELETE /api/albums/:id/images': {
    ask: own('album', (id) => `/api/albums/${id}/images`, ids),
    own: 200,
    foreign: 404,
  },
  'POST /api/albums/:id/order': {
    ask: own('album', (id) => `/api/albums/${id}/order`, { ...ids, before: null }),
    own: 404,
  },
  'GET /api/searches': { ask: at('/api/searches'), own: 200 },
  'POST /api/searches': { ask: at('/api/searches', { name: '' }), own: 400 },
  'PATCH /api/searches/:id': { ask: own('search', (id) => `/api/searches/${id}`, {}), own: 200, foreign: 404 },
  'DELETE /api/searches/:id': { ask: own('search', (id) => `/api/searches/${id}`), own: 204, foreign: 404 },
  'POST /api/bulk': { ask: at('/api/bulk', {}), own: 400 },
  'GET /api/bulk/:id': { ask: own('bulk', (id) => `/api/bulk/${id}`), own: 200, foreign: 404 },
  'POST /api/bulk/:id/undo': { ask: own('bulk', (id) => `/api/bulk/${id}/undo`), own: 202, foreign: 404 },
  'GET /api/trash': { ask: at('/api/trash'), own: 200 },
  'POST /api/trash/empty': { ask: at('/api/trash/empty'), own: 202 },
  'POST /api/library/clear': { ask: at('/api/library/clear', { confirm: 'no' }), own: 400 },
}

const prompts: Record<string, Row> = {
  'GET /api/prompts/parts': { ask: at('/api/prompts/parts'), own: 200 },
  'POST /api/prompts/parts': { ask: at('/api/prompts/parts', { name: '' }), own: 400 },
  'GET /api/prompts/parts/:id': { ask: own('promptPart', (id) => `/api/prompts/parts/${id}`), own: 200, foreign: 404 },
  'PATCH /api/prompts/parts/:id': {
    ask: own('promptPart', (id) => `/api/prompts/parts/${id}`, {}),
    own: 200,
    foreign: 404,
  },
  'DELETE /api/prompts/parts/:id': {
    ask: own('promptPart', (id) => `/api/prompts/parts/${id}`),
    own: 204,
    foreign: 404,
  },
  'POST /api/prompts/preview': { ask: at('/api/prompts/preview', { prompt: '{a|b}' }), own: 200 },
  'POST /api/images/:id/again': { ask: of(image, (id) => `/api/images/${id}/again`, { n: 0 }), own: 400 },
  'GET /api/images/:id/lineage': { ask: of(image, (id) => `/api/images/${id}/lineage`), own: 200, foreign: 404 },
}

const webhook = (path: (id: string) => string, body?: unknown) => of((things) => things.webhook(), path, body)
/** It would have sent to itself what it may not read. */
const noReader = { 'key to write': 403 } as const

const webhooks: Record<string, Row> = {
  'GET /api/webhooks': { ask: at('/api/webhooks'), own: 200 },
  'POST /api/webhooks': { ask: at('/api/webhooks', {}), own: 400 },
  'GET /api/webhooks/:id': { ask: webhook((id) => `/api/webhooks/${id}`), own: 200, foreign: 404 },
  'PATCH /api/webhooks/:id': {
    ask: webhook((id) => `/api/webhooks/${id}`, { name: 'x' }),
    own: 200,
    foreign: 404,
    but: noReader,
  },
  'DELETE /api/webhooks/:id': { ask: webhook((id) => `/api/webhooks/${id}`), own: 204, foreign: 404 },
  'POST /api/webhooks/:id/secret': {
    ask: webhook((id) => `/api/webhooks/${id}/secret`),
    own: 200,
    foreign: 404,
    but: noReader,
  },
  'POST /api/webhooks/:id/test': { ask: webhook((id) => `/api/webhooks/${id}/test`), own: 202, foreign: 404 },
  'GET /api/webhooks/:id/deliveries': {
    ask: webhook((id) => `/api/webhooks/${id}/deliveries`),
    own: 200,
    foreign: 404,
  },
  'POST /api/webhooks/deliveries/:id/resend': {
    ask: of(
      (things) => things.delivery(),
      (id) => `/api/webhooks/deliveries/${id}/resend`,
    ),
    own: 202,
    foreign: 404,
  },
}

const share = async ({ share: make }: Things) => (await make()).id
const named = async ({ share: make }: Things) => (await make()).name
const noImage = newId()

/** Visitors of a link that asks a password learn nothing, whoever they are. */
const shares: Record<string, Row> = {
  'GET /api/shares': { ask: at('/api/shares'), own: 200 },
  'POST /api/shares': { ask: at('/api/shares', {}), own: 400 },
  'GET /api/shares/:id': { ask: of(share, (id) => `/api/shares/${id}`), own: 200, foreign: 404 },
  'PATCH /api/shares/:id': { ask: of(share, (id) => `/api/shares/${id}`, {}), own: 200, foreign: 404 },
  'DELETE /api/shares/:id': { ask: of(share, (id) => `/api/shares/${id}`), own: 204, foreign: 404 },
  'GET /s/:name': { ask: of(named, (name) => `/s/${name}`), own: 401 },
  'POST /s/:name': { ask: of(named, (name) => `/s/${name}`, { password: 'not it' }), own: 401 },
  'GET /s/:name/images': { ask: of(named, (name) => `/s/${name}/images`), own: 401 },
  'GET /s/:name/images/:id/thumbnail': {
    ask: of(named, (name) => `/s/${name}/images/${noImage}/thumbnail`),
    own: 401,
  },
  'GET /s/:name/images/:id/view': { ask: of(named, (name) => `/s/${name}/images/${noImage}/view`), own: 401 },
  'GET /s/:name/images/:id/file': { ask: of(named, (name) => `/s/${name}/images/${noImage}/file`), own: 401 },
  'GET /s/:name/zip': { ask: of(named, (name) => `/s/${name}/zip`), own: 401 },
  'GET /g/:address': { ask: at('/g/nothing-here'), own: 404 },
  'GET /g/:address/feed.xml': { ask: at('/g/nothing-here/feed.xml'), own: 404 },
  'GET /s/:name/card.jpg': { ask: of(named, (name) => `/s/${name}/card.jpg`), own: 401 },
  'GET /oembed': { ask: at('/oembed'), own: 400 },
  'GET /images/:name': { ask: of(named, (name) => `/images/${name}`), own: 401 },
}

const shared = (rest: string, body?: unknown): Row['ask'] =>
  of(
    (things) => things.album(),
    (id) => `/api/shared/albums/${id}${rest}`,
    body,
  )
/** Of a picture that is not in it. */
const notIn = `/images/${noImage}`

/** Albums that nobody but their owner sees; who is a member gets what http/people.db.test.ts says. */
const people: Record<string, Row> = {
  'POST /api/people/find': { ask: at('/api/people/find', { text: 'nobody@example.com' }), own: 200 },
  'GET /api/groups': { ask: at('/api/groups'), own: 200 },
  'GET /api/albums/:id/people': { ask: own('album', (id) => `/api/albums/${id}/people`), own: 200, foreign: 404 },
  'PUT /api/albums/:id/people': {
    ask: async (things) => ({
      path: `/api/albums/${await things.album()}/people`,
      body: { kind: 'user', whoId: await things.user(), role: 'viewer' },
    }),
    own: 200,
    foreign: 404,
  },
  'DELETE /api/albums/:id/people/:personId': {
    ask: own('album', (id) => `/api/albums/${id}/people/${noImage}`),
    own: 404,
  },
  'GET /api/shared/albums': { ask: at('/api/shared/albums'), own: 200 },
  'GET /api/shared/albums/:id': { ask: shared(''), own: 200, foreign: 404 },
  'GET /api/shared/albums/:id/images': { ask: shared('/images'), own: 200, foreign: 404 },
  'POST /api/shared/albums/:id/images': { ask: shared('/images', ids), own: 404 },
  'DELETE /api/shared/albums/:id/images': { ask: shared('/images', ids), own: 200, foreign: 404 },
  'POST /api/shared/albums/:id/labels': { ask: shared('/labels', { ...ids, add: ['x'] }), own: 404 },
  'POST /api/shared/albums/:id/copy': { ask: shared('/copy', ids), own: 404 },
  'POST /api/shared/albums/:id/leave': { ask: shared('/leave'), own: 403, foreign: 404 },
  'GET /api/shared/albums/:id/images/:imageId/file': { ask: shared(`${notIn}/file`), own: 404 },
  'GET /api/shared/albums/:id/images/:imageId/thumbnail': { ask: shared(`${notIn}/thumbnail`), own: 404 },
}

const administration: Record<string, Row> = {
  'GET /api/admin/overview': { ask: at('/api/admin/overview'), own: 200 },
  'GET /api/admin/users': { ask: at('/api/admin/users'), own: 200 },
  'PATCH /api/admin/users/:id': {
    ask: of(
      (things) => things.user(),
      (id) => `/api/admin/users/${id}`,
      { disabled: true },
    ),
    own: 200,
  },
  'POST /api/admin/users/:id/remove': {
    ask: of(
      (things) => things.user(),
      (id) => `/api/admin/users/${id}/remove`,
      { pictures: 'erase' },
    ),
    own: 202,
  },
  'GET /api/admin/invitations': { ask: at('/api/admin/invitations'), own: 200 },
  'POST /api/admin/invitations': { ask: at('/api/admin/invitations', {}), own: 201 },
  'DELETE /api/admin/invitations/:id': {
    ask: of(
      (things) => things.invitation(),
      (id) => `/api/admin/invitations/${id}`,
    ),
    own: 204,
  },
  'GET /api/admin/groups': { ask: at('/api/admin/groups'), own: 200 },
  'POST /api/admin/groups': { ask: at('/api/admin/groups', {}), own: 400 },
  'PATCH /api/admin/groups/:id': {
    ask: of(
      (things) => things.group(),
      (id) => `/api/admin/groups/${id}`,
      {},
    ),
    own: 200,
  },
  'DELETE /api/admin/groups/:id': {
    ask: of(
      (things) => things.group(),
      (id) => `/api/admin/groups/${id}`,
    ),
    own: 204,
  },
  'GET /api/admin/audit': { ask: at('/api/admin/audit'), own: 200 },
  'PUT /api/admin/model-defaults': {
    ask: at('/api/admin/model-defaults', { family: 'sdxl', connectionId: null }),
    own: 200,
  },
  'GET /api/admin/defaults': { ask: at('/api/admin/defaults'), own: 200 },
  'PATCH /api/admin/defaults': { ask: at('/api/admin/defaults', { guestDays: 8 }), own: 200 },
}

export const accessRows: Readonly<Record<string, Row>> = {
  ...open,
  ...account,
  ...library,
  ...engines,
  ...collections,
  ...prompts,
  ...webhooks,
  ...shares,
  ...people,
  ...administration,
}

/** Prefixes below which whatever has no route is answered too, in the words of an older system. */
export const answeredBelow = [
  '/images',
  '/uploads',
  '/models',
  '/generate',
  '/history',
  '/ollamalog',
  '/api/ai',
  '/api/models',
  '/api/health',
  '/api/sdxl',
  '/api/flux',
  '/generate-image',
  '/task-status',
  '/delete-images',
  '/api/auth/register',
  '/api/auth/login',
  '/api/auth/verify',
  '/v1',
  '/sdapi',
  '/internal',
  '/ollama',
] as const
