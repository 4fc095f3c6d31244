// Somebody's program that is told: a real HTTP server that answers as a test wants, and notes what it was sent.
import { createHmac } from 'node:crypto'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '#providers/kit/fake-engine.ts'
import { WebhookMessage } from '@easel/contract'

export interface Received {
  readonly id: string
  readonly type: WebhookMessage['type']
  readonly message: WebhookMessage
  readonly request: SeenRequest
}

export interface Receiver {
  readonly url: string
  /** In the order in which they came. */
  readonly received: Received[]
  /** From now on. */
  onMessage(answer: (reply: Reply, received: Received) => void | Promise<void>): void
  readonly engine: FakeEngine
  close(): Promise<void>
}

const header = ({ headers }: SeenRequest, name: string): string => String(headers[name] ?? '')

/** The signatures of a request that are made with this secret, by a computation of our own. */
export function isSignedWith(request: SeenRequest, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const code = createHmac('sha256', key)
  code.update(header(request, 'webhook-id')).update('.').update(header(request, 'webhook-timestamp')).update('.')
  const wanted = code.update(request.body).digest('base64')
  return header(request, 'webhook-signature')
    .split(' ')
    .some((signature) => signature === `v1,${wanted}`)
}

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = []
  let answer: Parameters<Receiver['onMessage']>[0] = (reply) => reply.send(204, '')
  const engine = await startFakeEngine(async (request, reply) => {
    const message = WebhookMessage.parse(request.json())
    const one = { id: header(request, 'webhook-id'), type: message.type, message, request }
    received.push(one)
    await answer(reply, one)
  })
  return {
    url: `${engine.baseUrl}/hook`,
    received,
    onMessage: (next) => {
      answer = next
    },
    engine,
    close: () => engine.close(),
  }
}
