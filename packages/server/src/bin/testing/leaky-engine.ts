// An engine that speaks OpenAI's protocol and repeats the key that it was sent, in every way that engines do.
import { startFakeEngine } from '#providers/kit/fake-engine.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'

export const leaks = ['none', '401', '400', '403', '429', '500', 'html', 'base64', 'header', 'success', 'cut'] as const
export type Leak = (typeof leaks)[number]

export async function startLeakyEngine() {
  let leak: Leak = 'none'
  const engine = await startFakeEngine((request, reply) => {
    const authorization = String(request.headers.authorization)
    const key = authorization.replace('Bearer ', '')
    const error = (message: string) => ({ error: { message, code: 'invalid_api_key', param: authorization } })
    if (leak === 'none') {
      const picture = { data: [{ b64_json: Buffer.from(fakePicture(1024, 1024, 'leaky')).toString('base64') }] }
      reply.json(200, request.path.endsWith('/models') ? { data: [{ id: 'gpt-image-2' }] } : picture)
    } else if (leak === 'success') reply.json(200, error(`Incorrect API key provided: ${key}`))
    else if (leak === 'html') reply.send(502, `<html><!-- ${authorization} --><title>${key}</title>`)
    else if (leak === 'base64') reply.json(400, error(Buffer.from(authorization).toString('base64')))
    else if (leak === 'cut') reply.send(200, `{"data": [{"b64_json": "${key}`)
    else if (leak === 'header') reply.json(401, {}, { 'x-request-id': key, 'www-authenticate': authorization })
    else
      reply.json(Number(leak), error(`Incorrect API key provided: ${key}. Headers: ${JSON.stringify(request.headers)}`))
  })
  return {
    baseUrl: engine.baseUrl,
    requests: engine.requests,
    turn(next: Leak) {
      leak = next
    },
    close: () => engine.close(),
  }
}
