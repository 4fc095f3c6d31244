// The whole program, and somebody's program that is told by it.
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { Generation, Image, NewWebhook, Share, WebhookEvent } from '@easel/contract'
import { z } from 'zod'
import { isSignedWith, startReceiver, type Receiver } from '#webhooks/testing/receiver.ts'
import { startEasel, type TestEasel } from './testing.ts'

let easel: TestEasel
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  easel = await startEasel({ environment: { EASEL_PUBLIC_URL: 'http://127.0.0.1:8080' } })
})
afterAll(async () => {
  await easel.stop()
  await receiver.close()
})

async function post<T extends z.ZodType>(path: string, body: object, answer: T): Promise<z.output<T>> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  return answer.parse(await (await easel.fetch(path, init)).json())
}

const told = (type: WebhookEvent) => receiver.received.filter((one) => one.type === type)
const waitFor = (count: number) =>
  vi.waitUntil(() => receiver.received.length >= count, { timeout: 20_000, interval: 50 })

it('WH2, WH8: tells of generations, pictures and links as the API shows them', async () => {
  const hook = { name: 'Hook', url: receiver.url, events: WebhookEvent.options }
  const { data: webhook } = await post('/api/webhooks', hook, z.object({ data: NewWebhook }))
  const { id } = await post('/api/generations', { prompt: 'a fox in the snow', n: 2 }, Generation)
  await waitFor(3)
  const images = told('image.added').map(({ message }) => Image.parse(message.data))
  expect(images.map(({ generationId }) => generationId)).toEqual([id, id])
  for (const { id: imageId, url, thumbnailUrl } of images) {
    expect(url).toBe(`http://127.0.0.1:8080/api/images/${imageId}/file`)
    expect(thumbnailUrl).toBe(`http://127.0.0.1:8080/api/images/${imageId}/thumbnail`)
  }
  const [finished] = told('generation.succeeded').map(({ message }) => Generation.parse(message.data))
  expect(finished).toMatchObject({ id, state: 'succeeded', request: { prompt: 'a fox in the snow' } })
  expect(new Set(finished?.images.map(({ url }) => url))).toEqual(new Set(images.map(({ url }) => url)))

  const target = { kind: 'image', imageId: images[0]?.id }
  const { data: link } = await post('/api/shares', { target }, z.object({ data: Share }))
  await waitFor(4)
  const [shared] = told('share.created').map(({ message }) => Share.parse(message.data))
  expect(shared).toMatchObject({ id: link.id, url: link.url, imageId: images[0]?.id })
  expect(receiver.received).toHaveLength(4)
  expect(receiver.received.every(({ request }) => isSignedWith(request, webhook.secret))).toBe(true)
})
