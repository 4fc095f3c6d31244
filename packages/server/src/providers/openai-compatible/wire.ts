import { z } from 'zod'
import type { ImageRequest, SourceImage } from '../spec/provider.ts'
import type { ListedModel } from './models.ts'
import type { Settings } from './options.ts'

const words = z.array(z.string()).nullish().catch(undefined)

/** /models, and LocalAI's /models/capabilities, which says more. */
export const modelsAnswer = z.object({
  data: z
    .array(z.object({ id: z.string(), capabilities: words, input_modalities: words, output_modalities: words }))
    .nullish()
    .transform((models) => models ?? []),
})

/** Whether each model draws or writes, where the list says something about it. */
export function readModels({ data }: z.infer<typeof modelsAnswer>): readonly ListedModel[] {
  return data.map(({ id, capabilities, input_modalities: taken, output_modalities }) => {
    const said = [...(capabilities ?? []), ...(output_modalities ?? [])]
    if (said.length === 0) return { id }
    const writes = said.includes('chat') || said.includes('text')
    return { id, draws: said.includes('image'), writes, ...(taken && { sees: taken.includes('image') }) }
  })
}

/** The prompt with what to avoid. LocalAI takes all after the first `|` for the latter, so that no other may be in it. */
function promptOf({ prompt, negativePrompt }: ImageRequest, settings: Settings): string {
  if (settings.negativePrompt !== 'bar') return prompt
  const positive = prompt.replaceAll('|', ',')
  return negativePrompt === undefined ? positive : `${positive}|${negativePrompt}`
}

/** The fields that drawing and editing share, without those that are not asked for. */
function fieldsOf(request: ImageRequest, settings: Settings): Record<string, string | number> {
  const { model, n, width, height, quality, seed, steps, guidance, negativePrompt } = request
  return {
    model,
    prompt: promptOf(request, settings),
    n,
    ...(width !== undefined && height !== undefined && { size: `${width}x${height}` }),
    ...(settings.responseFormat !== 'none' && { response_format: settings.responseFormat }),
    ...(quality !== undefined && { quality }),
    ...(seed !== undefined && { seed }),
    ...(steps !== undefined && settings.steps !== 'none' && { [settings.steps]: steps }),
    ...(guidance !== undefined && { guidance_scale: guidance }),
    ...(negativePrompt !== undefined && settings.negativePrompt === 'field' && { negative_prompt: negativePrompt }),
  }
}

/** The body of /images/generations; sources go in as LocalAI takes them, which reads bare base64 only. */
export function generationBody(request: ImageRequest, settings: Settings): Record<string, unknown> {
  const [first, ...others] = request.sources.map(({ bytes }) => Buffer.from(bytes).toString('base64'))
  return {
    ...fieldsOf(request, settings),
    ...(first !== undefined && { file: first }),
    ...(others.length > 0 && { ref_images: others }),
  }
}

/** The form of /images/edits: one source as `image`, several as `image[]`. */
export function editForm(request: ImageRequest, settings: Settings): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fieldsOf(request, settings))) form.append(name, String(value))
  const name = request.sources.length === 1 ? 'image' : 'image[]'
  request.sources.forEach((source, i) => form.append(name, blobOf(source), `source-${i + 1}.${extensionOf(source)}`))
  if (request.mask) form.append('mask', blobOf(request.mask), 'mask.png')
  return form
}

function blobOf(source: SourceImage): Blob {
  // A copy: the bytes may lie in shared memory as far as their type says.
  return new Blob([new Uint8Array(source.bytes)], { type: source.mimeType })
}

function extensionOf(source: SourceImage): string {
  return source.mimeType.replace(/^image\//, '').replace('jpeg', 'jpg')
}
