// What comes back: in one piece, as a stream, or as a message of a chat.
import { decodeBase64Image } from '../kit/base64.ts'
import { parseJson } from '../kit/engine-response.ts'
import { parseAnswer } from '../kit/schema.ts'
import { bytesOf } from '../kit/sent-picture.ts'
import { readSse } from '../kit/sse.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse, ImageRequest, Outcome, ProducedImage, RunContext } from '../spec/provider.ts'
import { lateRefusal, withoutPicture } from './errors.ts'
import { chatAnswer, costOf, imagesAnswer, streamEvent, type Picture, type Usage } from './wire.ts'

const engine = 'OpenRouter'
export const mostBytes = 400_000_000

interface Call {
  readonly request: ImageRequest
  readonly context: RunContext
}

/** The answer of /images: a stream only where the model can, whatever was asked. */
export async function readImages(response: EngineResponse, call: Call): Promise<Outcome> {
  if (response.headers.get('content-type')?.includes('text/event-stream')) return readStream(response, call)
  const answer = parseAnswer(imagesAnswer, await response.json('b64_json'), engine)
  if (hasError(answer)) return lateRefusal(answer, [call.context.key])
  return outcome(answer.data ?? [], answer.usage, call)
}

async function readStream(response: EngineResponse, call: Call): Promise<Outcome> {
  const pictures: Picture[] = []
  let used: Usage
  for await (const { event, data } of readSse(response.chunks(), { maxEventBytes: mostBytes, engine })) {
    if (data === '[DONE]') break
    const value = parseJson(data, engine)
    const said = parseAnswer(streamEvent, value, engine)
    const type = said.type ?? event
    if (type === 'error' || hasError(said)) return lateRefusal(value, [call.context.key])
    if (type.endsWith('.partial_image') && said.b64_json) {
      const completed = (said.partial_image_index ?? 0) + 1
      // How many there will be is not told.
      call.context.progress({ completed, total: completed + 1, preview: decodeBase64Image(said.b64_json, engine) })
    }
    if (type.endsWith('.completed')) {
      pictures.push(said)
      used = said.usage
    }
  }
  if (pictures.length > 0) return outcome(pictures, used, call)
  throw new ProviderError('malformed-response', 'The answer of OpenRouter broke off before the picture was whole')
}

/** The answer of /chat/completions. */
export async function readChat(response: EngineResponse, call: Call): Promise<Outcome> {
  const answer = parseAnswer(chatAnswer, await response.json(), engine)
  const secrets = [call.context.key]
  const failed = [answer, ...answer.choices].find(hasError)
  if (failed) return lateRefusal({ error: failed.error }, secrets)
  const urls = answer.choices.flatMap(({ message }) => message?.images ?? []).map(({ image_url }) => image_url.url)
  const pictures = urls.filter((url) => url !== '').map((url) => ({ url }))
  return pictures.length > 0 ? outcome(pictures, answer.usage, call) : withoutPicture(answer, secrets)
}

function hasError({ error }: { error?: unknown }): boolean {
  return error !== undefined && error !== null
}

async function outcome(pictures: readonly (Picture | null)[], used: Usage, call: Call): Promise<Outcome> {
  const { request, context } = call
  const images: ProducedImage[] = []
  for (const picture of pictures.slice(0, request.n)) {
    if (picture?.media_type?.startsWith('image/svg') === true) {
      throw new ProviderError('unsupported', 'OpenRouter sent a drawing in SVG, which Easel does not keep')
    }
    const bytes = picture && (await bytesOf(picture, engine, context))
    // Of several pictures nothing tells which seed each one had.
    const seed = request.n === 1 && request.seed !== undefined ? { seed: request.seed } : {}
    if (bytes) images.push({ bytes, ...seed })
  }
  if (images.length === 0) {
    throw new ProviderError('malformed-response', 'OpenRouter reported success without a picture')
  }
  const cost = costOf(used)
  return { kind: 'done', images, ...(cost && { cost }) }
}
