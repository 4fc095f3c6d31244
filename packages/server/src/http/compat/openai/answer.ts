// The answers of /v1/images/…, written while the pictures are read. Rules OA20 … in docs/spec/openai.md.
import type { Generation, Image } from '@easel/contract'
import type { AppPorts } from '../../app.ts'
import { pictureText } from '../picture-text.ts'
import { noUsage, usageOf } from './usage.ts'

export interface Shown {
  readonly ports: Pick<AppPorts, 'images' | 'pngCopies' | 'storage'>
  readonly userId: string
  readonly generation: Generation
  /** The whole address of a picture for this caller; null: pictures are sent as base64. */
  readonly addressOf: ((image: Image) => string) | null
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const secondsOf = (time: string): number => Math.floor(Date.parse(time) / 1000)

/** What was chosen where the request left it open, as far as it is known. */
function factsOf({ mimeType, width, height, parameters }: Image) {
  return {
    background: text(parameters['background']),
    output_format: mimeType.replace('image/', ''),
    quality: text(parameters['quality']),
    size: `${width}x${height}`,
  }
}

const jsonOf = (fields: object): string => JSON.stringify(fields).slice(1, -1)

async function* pictureFields({ ports, userId, addressOf }: Shown, image: Image): AsyncGenerator<string> {
  if (addressOf !== null) {
    yield jsonOf({ url: addressOf(image) })
    return
  }
  yield '"b64_json":"'
  yield* pictureText(ports, { userId, imageId: image.id, as: 'kept' })
  yield '"'
}

const revisedOf = ({ revisedPrompt: ofAll }: Generation, { revisedPrompt }: Image) => {
  const revised = revisedPrompt ?? ofAll
  return revised === null ? '' : `,${jsonOf({ revised_prompt: revised })}`
}

/** The whole answer. */
export async function* answerText(shown: Shown): AsyncGenerator<string> {
  const { generation } = shown
  const [first] = generation.images
  yield `{"created":${secondsOf(generation.createdAt)},"data":[`
  for (const [position, image] of generation.images.entries()) {
    yield position === 0 ? '{' : ',{'
    yield* pictureFields(shown, image)
    yield `${revisedOf(generation, image)}}`
  }
  if (first === undefined) {
    yield ']}'
    return
  }
  const usage = usageOf(generation.images)
  yield `],${jsonOf({ ...factsOf(first), ...(usage === null ? {} : { usage }) })}}`
}

/** `image_generation` or `image_edit`: what the events of a stream are called after. */
export type EventName = 'image_generation' | 'image_edit'

const eventHead = (type: string) => `event: ${type}\ndata: {"type":"${type}",`

/** One event for each picture. */
export async function* completedEvents(name: EventName, shown: Shown): AsyncGenerator<string> {
  const { generation } = shown
  for (const image of generation.images) {
    yield eventHead(`${name}.completed`)
    yield* pictureFields({ ...shown, addressOf: null }, image)
    const facts = { created_at: secondsOf(generation.createdAt), ...factsOf(image), usage: usageOf([image]) ?? noUsage }
    yield `${revisedOf(generation, image)},${jsonOf(facts)}}\n\n`
  }
}

/** A preview. */
export function partialEvent(
  name: EventName,
  { bytes, mimeType }: { readonly bytes: Uint8Array; readonly mimeType: string },
  { index, generation: { createdAt, width, height } }: { readonly index: number; readonly generation: Generation },
): string {
  const fields = {
    b64_json: Buffer.from(bytes).toString('base64'),
    partial_image_index: index,
    created_at: secondsOf(createdAt),
    size: width === null || height === null ? 'auto' : `${width}x${height}`,
    output_format: mimeType.replace('image/', ''),
  }
  return `${eventHead(`${name}.partial_image`)}${jsonOf(fields)}}\n\n`
}

export const errorEvent = (error: object): string =>
  `event: error\ndata: ${JSON.stringify({ type: 'error', error })}\n\n`
