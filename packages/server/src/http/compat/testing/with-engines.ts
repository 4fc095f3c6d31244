// Two servers, one in local mode and one with accounts, and the engines behind them, for programs that take Easel for an engine.
import { routes, type Scope } from '@easel/contract'
import { expect } from 'vitest'
import { draws, startPaintEngine } from '#generation/testing/paint.ts'
import { startFakeOpenAi } from '#providers/openai/fake-openai.ts'
import { openPeople, type TestPerson } from '../../testing/people.ts'
import { openServer, until } from '../../testing/server.ts'

/** What the fake OpenAI has. */
export const openAiModels = ['gpt-image-2', 'dall-e-3']

/** How often a minute somebody with an account may ask for pictures. */
export const ratePerMinute = 20

export async function openWithEngines() {
  const paint = await startPaintEngine()
  const openai = await startFakeOpenAi({ models: openAiModels })
  const local = await openServer()
  const rates = { signIn: 100_000, generate: ratePerMinute, upload: 100_000, share: 100_000 }
  const people = await openPeople({ works: true, rates })

  async function connect(to: typeof local, userId: string): Promise<void> {
    const { connections } = to.process
    await connections.create(userId, { name: 'Paint', provider: 'paint', baseUrl: paint.baseUrl, isDefault: true })
    await connections.create(userId, {
      name: 'OpenAI',
      provider: 'openai',
      baseUrl: openai.apiUrl,
      key: 'sk-test-0123',
    })
  }
  await connect(local, local.pipeline.userId)
  await connect(people.server, people.user.id)

  /** Of local mode, the newest first. */
  const library = async () => (await local.process.images.list(local.pipeline.userId, { limit: 50 })).data

  return {
    local,
    people,
    paint,
    openai,
    /** An API key of somebody. */
    async keyOf({ headers }: Pick<TestPerson, 'headers'>, ...scopes: readonly Scope[]): Promise<string> {
      const body = { name: 'A program', scopes }
      const answer = await people.server.ask({ method: 'POST', path: '/api/me/keys', headers, body })
      return routes.createApiKey.response.parse(answer.json()).data.key
    },
    library,
    /** Sends what makes a picture of `left alone`, leaves when the engine has it, and sees that the picture comes to the library. */
    async leaveRightAway(send: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
      const held = Promise.withResolvers<void>()
      paint.onDraw(async (reply, asked, request) => {
        await held.promise
        await draws(reply, asked, request)
      })
      const leave = new AbortController()
      const before = paint.asked.length
      const answer = send(leave.signal).then(
        () => 'answered',
        () => 'left',
      )
      await until(() => paint.asked.length > before)
      leave.abort()
      expect(await answer).toBe('left')
      held.resolve()
      await until(async () => (await library()).some(({ generationPrompt }) => generationPrompt === 'left alone'))
    },
    async close() {
      await local.close()
      await people.close()
      await paint.close()
      await openai.close()
    },
  }
}

export type WithEngines = Awaited<ReturnType<typeof openWithEngines>>
