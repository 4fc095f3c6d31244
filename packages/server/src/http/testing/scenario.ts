// What a scenario of a route is, and the world that it happens in.
import type { EaselEvent } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { startFakeOllama, type FakeOllama } from '#providers/ollama/fake-ollama.ts'
import { startFakeOpenAi, type FakeOpenAi } from '#providers/openai/fake-openai.ts'
import { draws, stalls, startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import { startIssuer } from './issuer.ts'
import { openPeople, type People } from './people.ts'
import { openServer, until, type Question, type TestServer } from './server.ts'

/** What a request has beside its method and its path. */
interface Asked {
  readonly params?: Record<string, string>
  readonly query?: string
  readonly body?: unknown
  readonly headers?: Question['headers']
}

export interface Scenario {
  readonly name: string
  readonly request: (world: World) => Promise<Asked>
  /**
   * Asked of the server in accounts mode, with this one's session (`first`: of one that nobody has set up). Absent: of
   * the one in local mode.
   */
  readonly as?: 'admin' | 'user' | 'nobody' | 'first'
  readonly status: number
  readonly code?: string
  /** Fields at fault. */
  readonly fields?: readonly string[]
  /** What the answer has to hold. */
  readonly shape?: object
  /** Types of the events that it causes at once; none by default. `any`: the work goes on behind it. */
  readonly events?: readonly EaselEvent['type'][] | 'any'
}

export type Scenarios<Name extends string> = Record<Name, readonly Scenario[]>

export const absent = { request: async () => ({ params: { id: newId() } }), status: 404, code: 'not-found' } as const

export const noId = {
  request: async () => ({ params: { id: 'x' } }),
  status: 400,
  code: 'validation-failed',
  fields: ['params.id'],
} as const

export const invalid = { status: 400, code: 'validation-failed' } as const

export const signedOut = {
  name: 'nobody signed in',
  request: async () => ({}),
  status: 401,
  code: 'unauthorized',
  as: 'nobody',
} as const

/** Of what there is only with accounts. */
export const localMode = { name: 'local mode', request: async () => ({}), status: 404, code: 'not-found' } as const

/** A server, its engines, and somebody else who must never be noticed. */
export interface World {
  readonly server: TestServer
  /** Another server, in accounts mode. */
  readonly people: People
  /** One in accounts mode that nobody has set up; it has a single sign-on. */
  readonly unused: TestServer
  readonly engine: PaintEngine
  /** Has no model that draws. */
  readonly ollama: FakeOllama
  /** Refuses every prompt on grounds of content. */
  readonly refusing: FakeOpenAi
  /** A connection that draws at once. */
  readonly idle: string
  /** One that is at work and takes nothing more: what is submitted stays in line. */
  readonly busy: string
  /** What belongs to somebody else. */
  readonly theirs: {
    readonly userId: string
    readonly connection: string
    readonly generation: string
    readonly image: string
  }
  /** The key of the connection `idle`; never to be seen. */
  readonly key: string
  connect(of: string, name: string, more?: object): Promise<string>
  submit(connectionId: string, of?: string): Promise<string>
  image(more?: Parameters<TestServer['addImage']>[0]): Promise<string>
  /** Adds a picture with this tag and gives the tag. */
  tag(tagId: string): Promise<string>
  close(): Promise<void>
}

export async function openWorld(): Promise<World> {
  const engine = await startPaintEngine()
  const ollama = await startFakeOllama({ models: [{ name: 'llama3.2', capabilities: ['completion'] }] })
  const refusing = await startFakeOpenAi({ failure: 'blocked' })
  // The call that keeps `busy` at work lasts as long as all the scenarios.
  const server = await openServer({ callTimeoutMs: 600_000 })
  const people = await openPeople()
  const issuer = await startIssuer()
  const oidc = { issuer: issuer.url, clientId: 'easel', clientSecret: 'a secret of ours', name: 'Example' }
  const unused = await openServer({
    works: false,
    publicUrl: 'http://localhost',
    accounts: { oidc, guests: () => ({ allowed: false, days: 7 }) },
  })
  const { connections, generations } = server.process
  const { userId } = server.pipeline
  const key = 'sk-of-the-routes-0123456789'

  const connect: World['connect'] = async (of, name, more = {}) =>
    (await connections.create(of, { name, provider: 'paint', baseUrl: engine.baseUrl, ...more })).id
  const submit: World['submit'] = async (connectionId, of = userId) =>
    (await generations.submit(of, { prompt: 'a fox', connectionId }, { origin: 'easel' })).id
  const image: World['image'] = async (more = {}) => (await server.addImage(more)).id

  const idle = await connect(userId, 'Idle', { isDefault: true, key })
  const busy = await connect(userId, 'Busy', { concurrency: 1 })
  engine.onDraw(stalls)
  await submit(busy)
  await until(() => engine.asked.length === 1)
  engine.onDraw(draws)
  const other = await server.pipeline.addUser()
  const connection = await connect(other, 'Theirs')
  const generation = await submit(connection, other)
  await generations.wait(other, generation, AbortSignal.timeout(10_000))
  const theirs = { userId: other, connection, generation, image: await image({ of: other }) }

  return {
    server,
    people,
    unused,
    engine,
    ollama,
    refusing,
    idle,
    busy,
    theirs,
    key,
    connect,
    submit,
    image,
    async tag(tagId) {
      await image({ tags: [{ tagType: 'LABEL', tagId }] })
      return tagId
    },
    async close() {
      await server.close()
      await people.close()
      await unused.close()
      await Promise.all([engine.close(), ollama.close(), refusing.close(), issuer.stop()])
    },
  }
}
