import { setTimeout as delay } from 'node:timers/promises'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import type { FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { connectionOf, getGeneration, submit, untilEnded } from '../faults/easel-client.ts'

/** In pictures; the most that one generation may have. */
const most = 10

/** Width and height in pixels: what lies flat, what stands, and what is square. */
const shapes = [
  [360, 240],
  [240, 360],
  [300, 300],
  [420, 240],
  [200, 360],
] as const

/** Has pictures of several shapes made through the API, and waits until all are there with their thumbnails. */
export async function makePictures(address: string, openai: FakeOpenAi, count: number): Promise<void> {
  const connectionId = await connectionOf(address, 'openai')
  const made: string[] = []
  for (let left = count; left > 0; left -= most) {
    const prompt = `Picture ${made.length + 1} of many`
    const [width, height] = shapes[made.length % shapes.length] ?? shapes[0]
    openai.behave({ picture: fakePicture(width, height, prompt) })
    const { id } = await submit(address, { request: { prompt, n: Math.min(most, left), connectionId } })
    await untilEnded(address, id)
    made.push(id)
  }
  openai.behave({})
  for (const id of made) await untilThumbnailed(address, id)
}

async function untilThumbnailed(address: string, id: string): Promise<void> {
  for (;;) {
    const { images } = await getGeneration(address, id)
    if (images.every(({ thumbhash }) => thumbhash !== null)) return
    await delay(25)
  }
}
