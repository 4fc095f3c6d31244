import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { backoffSeconds, pauseAfter } from './settle.ts'
import { newWebhookSecret, signedHeaders } from './signature.ts'

describe('signatures', () => {
  it('WH9: are those of the example in the specification’s libraries', () => {
    // https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/javascript/src/index.test.ts
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const signed = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', seconds: 1_614_265_330, body: '{"test": 2432232314}' }
    expect(signedHeaders(signed, [secret])).toEqual({
      'content-type': 'application/json',
      'webhook-id': signed.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  it('WH6, WH9: are one for each secret, over the bytes of any text', () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()]
    const body = '{"a": "Füchse 🦊"}'
    const signatures = signedHeaders({ id: 'x', seconds: 1, body }, secrets)['webhook-signature']?.split(' ')
    const wanted = secrets.map((secret) => {
      const key = Buffer.from(secret.slice(6), 'base64')
      expect(key).toHaveLength(32)
      return `v1,${createHmac('sha256', key)
        .update(Buffer.from(`x.1.${body}`))
        .digest('base64')}`
    })
    expect(signatures).toEqual(wanted)
  })
})

describe('pauses', () => {
  it('WH14: are longer each time, by a fifth more or less than that, and not before the receiver wants', () => {
    for (const [index, seconds] of backoffSeconds.entries()) {
      expect(pauseAfter(index + 1, null, 0)).toBe(seconds * 1000)
      expect(pauseAfter(index + 1, null, 1)).toBe(seconds * 1200)
      expect(pauseAfter(index + 1, 1, 0)).toBe(seconds * 1000)
    }
    expect(pauseAfter(1, 900_000, 1)).toBe(900_000)
    expect(pauseAfter(8, 900_000, 0)).toBeNull()
  })
})
