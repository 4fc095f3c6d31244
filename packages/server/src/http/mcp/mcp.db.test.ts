// The official client against /mcp. Rules in docs/spec/mcp.md (MC1 …).
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema, type CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { routes, type Scope } from '@easel/contract'
import { draws, picturesFor, stalls, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { openPeople, type People, type TestPerson } from '../testing/people.ts'
import { openServer, until, type TestServer } from '../testing/server.ts'

// There are two servers to start, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

let engine: PaintEngine
/** Local mode, with an engine. */
let server: TestServer
let people: People
let clients: Client[]

beforeAll(async () => {
  engine = await startPaintEngine()
  server = await openServer({ publicUrl: 'http://localhost:8080' })
  people = await openPeople({ works: true, rates: { signIn: 100, generate: 2, upload: 100, share: 100 } })
  const wanted = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, isDefault: true }
  await server.process.connections.create(server.pipeline.userId, wanted)
  for (const { id } of [people.user, people.other]) await people.server.process.connections.create(id, wanted)
})
beforeEach(() => {
  clients = []
  engine.onDraw(draws)
})
afterEach(async () => {
  for (const client of clients) await client.close()
})
afterAll(async () => {
  await server.close()
  await people.close()
  await engine.close()
})

async function connect(to: TestServer = server, headers: Record<string, string> = {}): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' })
  clients.push(client)
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', to.baseUrl), { requestInit: { headers } }))
  return client
}

async function makeKey({ headers }: TestPerson, scopes: readonly Scope[]) {
  const body = { name: 'Assistant', scopes }
  const answer = await people.server.ask({ method: 'POST', path: '/api/me/keys', headers, body })
  return routes.createApiKey.response.parse(answer.json()).data
}
const withKey = async (person: TestPerson, scopes: readonly Scope[]) =>
  await connect(people.server, { authorization: `Bearer ${(await makeKey(person, scopes)).key}` })

type Options = Parameters<Client['callTool']>[2]
const use = async (client: Client, name: string, args: Record<string, unknown> = {}, options: Options = {}) =>
  CallToolResultSchema.parse(await client.callTool({ name, arguments: args }, undefined, options))

const textOf = ({ content }: CallToolResult): string =>
  content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
const picturesOf = ({ content }: CallToolResult) =>
  content.flatMap((part) => (part.type === 'image' ? [Buffer.from(part.data, 'base64')] : []))
const idOf = (result: CallToolResult): string =>
  (result.structuredContent as { images: { id: string }[] }).images[0]?.id ?? '' // oxlint-disable-line typescript/consistent-type-assertions -- the next call shows whether it is one

it('MC1, MC12: a client is greeted, by whom and with a name that it is known again by', async () => {
  const client = await connect()
  expect(client.getServerVersion()).toMatchObject({ name: 'easel', version: '1.2.3' })
  expect(client.getInstructions()).toContain('library')
  expect(client.transport?.sessionId).toMatch(/^[0-9a-f-]{36}$/)
  expect((await connect()).transport?.sessionId).not.toBe(client.transport?.sessionId)
})

it('MC1: what is no message, no POST or from another website is refused', async () => {
  const ask = (more: object) => server.ask({ method: 'POST', path: '/mcp', ...more })
  const accept = 'application/json, text/event-stream'
  expect((await server.ask('/mcp')).status).toBe(405)
  expect((await ask({ body: {} })).status).toBe(406)
  const bad = await ask({ body: {}, headers: { accept } })
  expect([bad.status, bad.json()]).toEqual([400, expect.objectContaining({ jsonrpc: '2.0', error: expect.anything() })])
  expect((await ask({ headers: { accept } })).status).toBe(415)
  expect((await ask({ body: '{"a', headers: { accept, 'content-type': 'application/json' } })).status).toBe(400)
  const large = { accept, 'content-type': 'application/json' }
  expect((await ask({ body: `"${'a'.repeat(3_000_000)}"`, headers: large })).status).toBe(413)
  const foreign = { accept, origin: 'https://evil.example' }
  expect((await ask({ body: { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers: foreign })).status).toBe(403)
  const rebound = { ...foreign, origin: server.baseUrl, host: 'evil.example' }
  expect((await ask({ body: { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers: rebound })).status).toBe(403)
  const own = { accept, host: new URL(server.baseUrl).host }
  expect((await ask({ body: { jsonrpc: '2.0', id: 1, method: 'tools/list' }, headers: own })).status).toBe(200)
  const wrong = { accept, authorization: 'Bearer easel_nonesuch' }
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
  expect((await people.server.ask({ method: 'POST', path: '/mcp', body: message, headers: wrong })).status).toBe(401)
  await expect(connect(people.server, { authorization: 'Bearer easel_nonesuch' })).rejects.toThrow()
})

it('MC2: the tools say what they take and whether they change anything', async () => {
  const { tools } = await (await connect()).listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'generate_image',
    'edit_image',
    'wait_for_generation',
    'list_models',
    'search_images',
    'get_image',
    'tag_image',
    'share_image',
  ])
  expect(tools[0]?.inputSchema).toMatchObject({ required: ['prompt'], properties: { size: { type: 'string' } } })
  expect(tools.map(({ annotations }) => annotations?.readOnlyHint)).toEqual([
    false,
    false,
    true,
    true,
    true,
    true,
    false,
    false,
  ])
})

it('MC5, MC8, MC9: a picture is made, shown, found, looked at, changed, tagged and shared', async () => {
  const client = await connect()
  const args = { prompt: 'a {red|blue} fox', n: 2, seed: 7, tags: ['fox'], size: '32x32' }
  const made = await use(client, 'generate_image', args)
  expect(textOf(made)).toMatch(/is done\.\nPicture .*a \{red\|blue\} fox \[fox\]/)
  expect(picturesOf(made).map((bytes) => bytes.subarray(8, 12).toString())).toEqual(['WEBP', 'WEBP'])
  const id = idOf(made)
  expect(made.structuredContent).toMatchObject({
    state: 'succeeded',
    images: [{ id, prompt: args.prompt, url: `http://localhost:8080/api/images/${id}/file` }, {}],
  })

  const found = await use(client, 'search_images', { query: 'tag:fox "blue} fox"', limit: 1 })
  expect(textOf(found)).toMatch(/There is more: cursor /)
  const { nextCursor } = found.structuredContent as { nextCursor: string } // oxlint-disable-line typescript/consistent-type-assertions -- said in the line above
  const next = await use(client, 'search_images', { query: 'tag:fox "blue} fox"', cursor: nextCursor })
  expect(new Set([idOf(found), idOf(next)]).size).toBe(2)

  const looked = await use(client, 'get_image', { id, longestSide: 64 })
  expect(picturesOf(looked)).toHaveLength(1)
  expect(looked.structuredContent).toMatchObject({ id, width: 32, seed: 7 })

  const edited = await use(client, 'edit_image', { prompt: 'in the snow', images: [id], show: false })
  expect(picturesOf(edited)).toHaveLength(0)
  expect(engine.asked.at(-1)).toMatchObject({ prompt: 'in the snow', sources: [expect.any(Number)] })

  const tagged = await use(client, 'tag_image', { id, add: ['snow'], remove: ['fox'] })
  expect(tagged.structuredContent).toMatchObject({ image: { tags: [{ tagType: 'LABEL', tagId: 'snow' }] } })

  const shared = await use(client, 'share_image', { ids: [id], title: 'A fox', hours: 1 })
  const { url } = shared.structuredContent as { url: string } // oxlint-disable-line typescript/consistent-type-assertions -- the request below shows it
  expect(url).toMatch(/^http:\/\/localhost:8080\/s\//)
  expect((await server.ask(new URL(url).pathname)).status).toBe(200)
})

it('MC2: models are listed with what they can do, and an engine that is away does not hide the others', async () => {
  const text = textOf(await use(await connect(), 'list_models'))
  expect(text).toContain('Paint (the usual one):\n- single (One picture a call): any size from 8 to 64 pixels')
})

it('MC5: what went wrong is said in words', async () => {
  const client = await connect()
  const cases: readonly [string, object, RegExp][] = [
    ['generate_image', {}, /^prompt: /],
    ['generate_image', { prompt: 'a\u0000fox' }, /NUL/],
    ['generate_image', { prompt: 'a fox', connection: 'nonesuch' }, /There are "Paint"/],
    ['generate_image', { prompt: 'a fox', model: '🦊' }, /🦊/],
    ['get_image', { id: '../../etc/passwd' }, /^id: /],
    ['nonesuch', {}, /no tool "nonesuch"/],
  ]
  for (const [name, args, words] of cases) {
    const result = await use(client, name, { ...args }).catch((error: unknown) => error)
    if (name === 'generate_image' && 'prompt' in args && args.prompt === 'a\u0000fox') {
      expect(String(result)).toMatch(words)
      continue
    }
    expect(result).toMatchObject({ isError: true })
    expect(textOf(CallToolResultSchema.parse(result))).toMatch(words)
  }
  engine.onDraw((reply) => reply.json(200, { blocked: 'foxes are not allowed' }))
  const blocked = await use(client, 'generate_image', { prompt: 'a fox' })
  expect([blocked.isError, textOf(blocked)]).toEqual([true, expect.stringContaining('foxes are not allowed')])
})

it('MC6: whoever asks for it hears how far it is', async () => {
  const signs: { progress: number; total?: number | undefined; message?: string | undefined }[] = []
  let answer = () => {}
  engine.onDraw((reply, asked) => {
    reply.json(200, { operation: 'x', progress: { completed: 3, total: 20 } })
    answer = () => engine.onLook((look) => look.json(200, { images: picturesFor(asked) }))
  })
  engine.onLook((reply) => reply.json(200, { operation: 'x', progress: { completed: 9, total: 20 } }))
  const client = await connect()
  const onprogress = (sign: (typeof signs)[number]) => signs.push(sign)
  const drawing = use(client, 'generate_image', { prompt: 'a fox' }, { onprogress })
  await until(() => signs.some(({ total }) => total === 20))
  answer()
  expect((await drawing).structuredContent).toMatchObject({ state: 'succeeded' })
  const numbers = signs.map(({ progress }) => progress)
  expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
  expect(signs.at(-1)?.message).toMatch(/of 20 steps$/)
})

it('MC6, MC7: a client that does not wait, or leaves, finds its pictures all the same', async () => {
  let answer = () => {}
  engine.onDraw((reply, asked) => {
    answer = () => reply.json(200, { images: picturesFor(asked) })
  })
  const client = await connect()
  const begun = await use(client, 'generate_image', { prompt: 'a patient fox', waitSeconds: 0 })
  expect(textOf(begun)).toContain('Call wait_for_generation')
  const { generationId: id } = begun.structuredContent as { generationId: string } // oxlint-disable-line typescript/consistent-type-assertions -- the next call shows it
  const leaving = await connect()
  const waiting = use(leaving, 'wait_for_generation', { id }).catch(() => 'left')
  await until(() => engine.inFlight() === 1)
  await leaving.close()
  expect(await waiting).toBe('left')
  answer()
  expect((await use(client, 'wait_for_generation', { id })).structuredContent).toMatchObject({ state: 'succeeded' })
})

it('MC2, MC4: a key does what its scopes say, on what is its owner’s', async () => {
  const theirs = (await people.server.addImage({ of: people.other.id })).id
  const reader = await withKey(people.user, ['read'])
  expect(textOf(await use(reader, 'generate_image', { prompt: 'a fox' }))).toContain('scope "generate"')
  expect(textOf(await use(reader, 'tag_image', { id: theirs, add: ['x'] }))).toContain('scope "write"')
  expect(textOf(await use(reader, 'search_images'))).toBe('Nothing was found.')
  await expect(withKey(people.user, ['generate'])).rejects.toThrow()
  const all = await withKey(people.user, ['read', 'generate', 'write'])
  for (const [name, args] of [
    ['get_image', { id: theirs }],
    ['tag_image', { id: theirs, add: ['x'] }],
    ['share_image', { ids: [theirs] }],
    ['edit_image', { prompt: 'a fox', images: [theirs] }],
    ['wait_for_generation', { id: theirs }],
  ] as const) {
    const refused = await use(all, name, args)
    expect([name, refused.isError, textOf(refused)]).toEqual([name, true, expect.not.stringContaining('wrong on')])
  }
})

it('MC3: limits by the minute hold here too', async () => {
  const client = await withKey(people.other, ['read', 'generate'])
  const texts = []
  for (let at = 0; at < 3; at++) texts.push(textOf(await use(client, 'generate_image', { prompt: 'a fox' })))
  expect(texts.map((text) => /too often/.test(text))).toEqual([false, false, true])
})

it('MC10: whoever is kept out hears nothing more', async () => {
  engine.onDraw(stalls)
  const { id, key } = await makeKey(people.admin, ['read', 'generate'])
  const wanted = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, isDefault: true }
  await people.server.process.connections.create(people.admin.id, wanted)
  const client = await connect(people.server, { authorization: `Bearer ${key}` })
  const before = engine.inFlight()
  const waiting = use(client, 'generate_image', { prompt: 'a fox' }).then(
    () => 'answered',
    () => 'cut off',
  )
  await until(() => engine.inFlight() === before + 1)
  await people.server.ask({ method: 'DELETE', path: `/api/me/keys/${id}`, headers: people.admin.headers })
  expect(await waiting).toBe('cut off')
})

it('MC10: a server that stops ends the waiting and not the generation', async () => {
  engine.onDraw(stalls)
  const stopping = await openServer()
  const wanted = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl, isDefault: true }
  await stopping.process.connections.create(stopping.pipeline.userId, wanted)
  const client = await connect(stopping)
  const before = engine.inFlight()
  const waiting = use(client, 'generate_image', { prompt: 'a fox' })
  await until(() => engine.inFlight() === before + 1)
  await stopping.app.close()
  expect(textOf(await waiting)).toContain('Call wait_for_generation')
  await stopping.close()
})
