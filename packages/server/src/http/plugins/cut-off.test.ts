import { once } from 'node:events'
import { createConnection } from 'node:net'
import Fastify from 'fastify'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { DefectError } from '#base/errors.ts'
import { registerErrors } from './errors.ts'

const Line = z.looseObject({ level: z.int(), msg: z.string() })
const [info, error] = [30, 50]

/** A request that fails when it is told to, and how loud that was said. */
async function fail(when: 'served' | 'stopped'): Promise<number | undefined> {
  const lines: string[] = []
  const app = Fastify({ logger: { stream: { write: (line: string) => void lines.push(line) } } })
  registerErrors(app)
  const begun = Promise.withResolvers<void>()
  const broken = Promise.withResolvers<never>()
  app.get('/', async (request) => {
    begun.resolve()
    await Promise.all([once(request.raw.socket, 'close'), broken.promise])
  })
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = createConnection({ port: Number(new URL(address).port), host: '127.0.0.1' })
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await begun.promise
  client.destroy()
  if (when === 'stopped') await app.close()
  broken.reject(new DefectError('It is gone'))
  const failed = () => lines.map((line) => Line.parse(JSON.parse(line))).find(({ msg }) => msg === 'request failed')
  await expect.poll(failed).toBeDefined()
  await app.close()
  return failed()?.level
}

it('a request that fails because Easel stops, when nobody waits for it any more, is no fault', async () => {
  expect(await fail('stopped')).toBe(info)
})

it('one that fails while Easel serves is, also when nobody waits for it', async () => {
  expect(await fail('served')).toBe(error)
})
