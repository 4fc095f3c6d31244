// Pictures and generations as a model reads them.
import type { Generation, Image } from '@easel/contract'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { EaselError } from '#base/errors.ts'
import type { Images } from '#library/images.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'
import type { Use } from './tool.ts'

export interface ShownPorts {
  readonly images: Images
  readonly pictureFiles: PictureFiles
}

type Content = CallToolResult['content'][number]

const tagWords = ({ tags }: Image): string =>
  tags.map(({ tagType, tagId }) => (tagType === 'LABEL' ? tagId : `${tagType.toLowerCase()}/${tagId}`)).join(', ')

/** One line of a list. */
export function imageLine(image: Image): string {
  const prompt = (image.generationPrompt ?? image.title ?? image.description ?? 'no words').replaceAll(/\s+/g, ' ')
  const words = prompt.length > 200 ? `${prompt.slice(0, 199)}…` : prompt
  const tags = image.tags.length === 0 ? '' : ` [${tagWords(image)}]`
  return `${image.id}: ${image.width}x${image.height}, ${image.createdAt.slice(0, 10)}, ${words}${tags}`
}

/** What a program may want of a picture; its address needs the caller's key, as everything here does. */
export const imageData = (image: Image, { origin }: Pick<Use, 'origin'>) => ({
  id: image.id,
  url: new URL(image.url, origin).href,
  mimeType: image.mimeType,
  width: image.width,
  height: image.height,
  bytes: image.size,
  prompt: image.generationPrompt,
  model: image.generationModel,
  seed: image.seed,
  title: image.title,
  tags: image.tags,
  createdAt: image.createdAt,
})

/**
 * A picture as an image content: a WebP that fits a model's context, without what the file tells.
 * @param longestSide pixels at most
 */
export async function pictureContent(
  { images, pictureFiles }: ShownPorts,
  { caller, signal }: Pick<Use, 'caller' | 'signal'>,
  { id, longestSide }: { readonly id: string; readonly longestSide: number },
): Promise<Content> {
  const row = await images.row(caller.userId, id)
  if (row === null) throw new EaselError('not-found', 'There is no such picture in your library.')
  const form = { format: 'webp', quality: 80, longestSide, prompt: false } as const
  const { bytes, mimeType } = await pictureFiles.make(row, form, signal)
  return { type: 'image', data: Buffer.from(bytes).toString('base64'), mimeType }
}

const ended = { succeeded: 'is done', failed: 'failed', cancelled: 'was cancelled' } as const

function stateWords({ id, state, progress, place, images, error }: Generation): string {
  if (state === 'queued') return `Generation ${id} waits in line${place === null ? '' : `, at place ${place}`}.`
  if (state === 'running') {
    const far = progress === null ? '' : `: ${progress.completed} of ${progress.total} steps`
    return `Generation ${id} is being drawn${far}.`
  }
  const pictures = images.map((image) => `Picture ${imageLine(image)}`)
  const why = error === null ? [] : [error.message + (error.retryable ? ' It may be tried again.' : '')]
  return [`Generation ${id} ${ended[state]}.`, ...why, ...pictures].join('\n')
}

/** How a generation is now: in words, as data, and with its pictures when it is done. */
export async function generationResult(
  ports: ShownPorts,
  use: Use,
  { generation, show }: { readonly generation: Generation; readonly show: boolean },
): Promise<CallToolResult> {
  const { state, adjustments, images } = generation
  const isOpen = state === 'queued' || state === 'running'
  const next = 'It goes on without anybody waiting. Call wait_for_generation with its id.'
  const changed = adjustments.map(({ field, reason }) => `${field} was changed: ${reason}`)
  const text = [stateWords(generation), ...(isOpen ? [next] : []), ...changed].join('\n')
  const content: Content[] = [{ type: 'text', text }]
  // More would fill the context of many a model; the others are there by get_image.
  for (const { id } of show ? images.slice(0, 4) : []) {
    content.push(await pictureContent(ports, use, { id, longestSide: 768 }))
  }
  return {
    content,
    structuredContent: {
      generationId: generation.id,
      state,
      connection: generation.connectionName,
      model: generation.model,
      images: images.map((image) => imageData(image, use)),
      error: generation.error?.message ?? null,
      cost: generation.cost,
    },
    ...(state === 'failed' ? { isError: true } : {}),
  }
}
