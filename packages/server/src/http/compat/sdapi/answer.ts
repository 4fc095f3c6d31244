// The answer of txt2img and img2img. Rules SD20 … in docs/spec/sdapi.md.
import type { Generation } from '@easel/contract'
import type { ImageRow } from '#library/image-record.ts'
import { parametersText } from '#library/picture-story.ts'
import type { AppPorts } from '../../app.ts'
import { pictureText } from '../picture-text.ts'
import type { Asked } from './asked.ts'

type Ports = Pick<AppPorts, 'images' | 'pngCopies' | 'storage'>

/** `20260101120000`, in local time as the web UI has it. */
function stampOf(time: string): string {
  const date = new Date(time)
  const parts = [date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
  return `${date.getFullYear()}${parts.map((part) => String(part).padStart(2, '0')).join('')}`
}

function numberIn({ parameters }: Pick<Generation['images'][number], 'parameters'>, key: string): number | null {
  const value = parameters[key]
  return typeof value === 'number' ? value : null
}

/** What was made, in the words of the web UI. A seed of -1: the engine takes none. */
function infoOf(generation: Generation, rows: readonly ImageRow[]): object {
  const { images, request, connectionName, model } = generation
  const [first] = images
  const seeds = images.map(({ seed }) => seed ?? -1)
  const sampler = first?.parameters['sampler']
  return {
    prompt: generation.resolvedPrompt,
    all_prompts: images.map(({ generationPrompt }) => generationPrompt ?? generation.resolvedPrompt),
    negative_prompt: request.negativePrompt ?? '',
    all_negative_prompts: images.map(({ negativePrompt }) => negativePrompt ?? ''),
    seed: seeds[0] ?? generation.seed ?? -1,
    all_seeds: seeds,
    subseed: -1,
    all_subseeds: images.map(() => -1),
    subseed_strength: 0,
    width: first?.width ?? generation.width ?? 0,
    height: first?.height ?? generation.height ?? 0,
    sampler_name: typeof sampler === 'string' ? sampler : '',
    cfg_scale: first === undefined ? null : numberIn(first, 'guidance'),
    steps: first === undefined ? null : numberIn(first, 'steps'),
    batch_size: images.length,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: `${connectionName}/${model}`,
    sd_model_hash: null,
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    denoising_strength: first === undefined ? null : numberIn(first, 'strength'),
    extra_generation_params: {},
    index_of_first_image: 0,
    infotexts: rows.map(parametersText),
    styles: [],
    job_timestamp: stampOf(generation.createdAt),
    clip_skip: 1,
    is_using_inpainting_conditioning: false,
    version: 'Easel',
  }
}

export interface Answered {
  readonly userId: string
  readonly asked: Asked
  readonly generation: Generation
}

/** The whole answer, written while the pictures are read. */
export async function* answerText(ports: Ports, { userId, asked, generation }: Answered): AsyncGenerator<string> {
  const { init_images: _sources, mask: _mask, ...parameters } = asked
  const rows: ImageRow[] = []
  for (const { id } of generation.images) {
    const row = await ports.images.row(userId, id)
    if (row !== null) rows.push(row)
  }
  yield '{"images":['
  for (const [position, { id }] of (asked.send_images ? rows : []).entries()) {
    yield position === 0 ? '"' : ',"'
    yield* pictureText(ports, { userId, imageId: id, as: 'png' })
    yield '"'
  }
  const info = JSON.stringify(infoOf(generation, rows))
  yield `],"parameters":${JSON.stringify(parameters)},"info":${JSON.stringify(info)}}`
}
