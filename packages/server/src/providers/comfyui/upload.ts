import { createHash } from 'node:crypto'
import type { ImageRequest, RunContext, SourceImage } from '../spec/provider.ts'
import { ask } from './ask.ts'
import { uploadAnswer } from './wire.ts'

/** What the nodes that load pictures call the uploaded ones. */
export interface Uploaded {
  readonly images: readonly string[]
  readonly mask?: string
}

/**
 * Uploads a request's pictures, cut and scaled to the size that is asked for: ComfyUI makes a picture as large as its source.
 * @throws ProviderError
 */
export async function uploadPictures(request: ImageRequest, context: RunContext): Promise<Uploaded> {
  const [first] = request.sources
  const images: string[] = []
  for (const source of request.sources) images.push(await upload(context, await scaled(request, source, context)))
  if (!request.mask || !first) return { images }
  return { images, mask: await upload(context, await redMask(request, request.mask, context)) }
}

async function scaled(request: ImageRequest, source: SourceImage, { pixels }: RunContext): Promise<Uint8Array> {
  const { width, height } = request
  if (width === undefined || height === undefined) return source.bytes
  return pixels.encodePng(await pixels.decode(source.bytes, width, height), width, height)
}

/** What is transparent becomes red: with the channel `red`, ComfyUI repaints what is bright, as with masks drawn in it. */
async function redMask(request: ImageRequest, mask: SourceImage, { pixels }: RunContext): Promise<Uint8Array> {
  const { width = mask.width, height = mask.height } = request
  const rgba = Uint8Array.from(await pixels.decode(mask.bytes, width, height))
  for (let at = 0; at < rgba.length; at += 4)
    rgba.fill(255 - (rgba[at + 3] ?? 255), at, at + 3).fill(255, at + 3, at + 4)
  return pixels.encodePng(rgba, width, height)
}

/** Named by what is in it, so that the same picture is there once however often it is sent. */
async function upload(context: RunContext, bytes: Uint8Array): Promise<string> {
  const name = `easel-${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}.png`
  const form = new FormData()
  form.set('image', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name)
  form.set('overwrite', 'true')
  form.set('type', 'input')
  const stored = await ask(context, '/upload/image', { schema: uploadAnswer, form })
  return stored.subfolder === '' ? stored.name : `${stored.subfolder}/${stored.name}`
}
