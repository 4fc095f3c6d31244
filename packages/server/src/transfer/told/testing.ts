// Pictures as other tools leave them: each tool's own words in the places where it writes them.
import { crc32, deflateSync } from 'node:zlib'
import { present } from '#base/errors.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { animation, picture } from '#media/testing.ts'

/** What every tool is made to say. */
export interface Said {
  readonly prompt: string
  readonly negativePrompt: string
  readonly seed: number
  readonly model: string
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

const isLatin1 = (text: string) => /^[\u0001-\u00ff]*$/.test(text)

/** As Pillow writes it: tEXt where Latin-1 can, else iTXt; or zTXt. */
export function textChunk(keyword: string, text: string, compressed = false): Buffer {
  if (compressed) {
    return chunk(
      'zTXt',
      Buffer.concat([Buffer.from(`${keyword}\0\0`, 'latin1'), deflateSync(Buffer.from(text, 'latin1'))]),
    )
  }
  if (isLatin1(text)) return chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
  return chunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text)]))
}

/** A PNG with these chunks behind its header. @param words decide its pixels */
export function pngWith(words: string, ...chunks: readonly Buffer[]): Buffer {
  const base = Buffer.from(fakePicture(16, 16, words))
  return Buffer.concat([base.subarray(0, 33), ...chunks, base.subarray(33)])
}

export interface Tags {
  /** Values by tag, of the first directory and of the Exif directory: text is ASCII, bytes are of no type. */
  readonly first?: Readonly<Record<number, string | Buffer>>
  readonly exif?: Readonly<Record<number, string | Buffer>>
}

/** A little-endian TIFF structure. */
export function tiffOf({ first = {}, exif = {} }: Tags): Buffer {
  const parts: Buffer[] = [Buffer.from('II*\0\x08\0\0\0', 'latin1')]
  let at = 8
  const directory = (tags: Readonly<Record<number, string | Buffer>>, pointer: number | null) => {
    const values = Object.entries(tags).map(([tag, value]) => ({
      tag: Number(tag),
      type: typeof value === 'string' ? 2 : 7,
      data: typeof value === 'string' ? Buffer.from(`${value}\0`) : value,
    }))
    const count = values.length + (pointer === null ? 0 : 1)
    const head = Buffer.alloc(2 + count * 12 + 4)
    head.writeUInt16LE(count, 0)
    let data = at + head.length
    const behind: Buffer[] = []
    for (const [index, { tag, type, data: value }] of values.toSorted((a, b) => a.tag - b.tag).entries()) {
      const entry = 2 + index * 12
      head.writeUInt16LE(tag, entry)
      head.writeUInt16LE(type, entry + 2)
      head.writeUInt32LE(value.length, entry + 4)
      if (value.length <= 4) value.copy(head, entry + 8)
      else {
        head.writeUInt32LE(data, entry + 8)
        behind.push(value)
        data += value.length
      }
    }
    if (pointer !== null) {
      const entry = 2 + values.length * 12
      head.writeUInt16LE(0x8769, entry)
      head.writeUInt16LE(4, entry + 2)
      head.writeUInt32LE(1, entry + 4)
      // Stands behind this directory and all its values.
      head.writeUInt32LE(data, entry + 8)
    }
    parts.push(head, ...behind)
    at = data
  }
  const hasExif = Object.keys(exif).length > 0
  directory(first, hasExif ? 0 : null)
  if (hasExif) directory(exif, null)
  return Buffer.concat(parts)
}

/** A UserComment in UTF-16, as piexif writes it (`big`) and ImageSharp does. */
export function unicodeComment(text: string, big = true): Buffer {
  const utf16 = Buffer.from(text, 'utf16le')
  return Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), big ? utf16.swap16() : utf16])
}

export async function jpegWith(tiff: Buffer): Promise<Buffer> {
  const base = await picture(16, 12).jpeg().toBuffer()
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(tiff.length + 8, 2)
  return Buffer.concat([base.subarray(0, 2), head, Buffer.from('Exif\0\0', 'latin1'), tiff, base.subarray(2)])
}

export async function webpWith(tiff: Buffer): Promise<Buffer> {
  const base = await picture(16, 12).webp().toBuffer()
  const part = (type: string, data: Buffer) => {
    const head = Buffer.alloc(8)
    head.write(type, 'latin1')
    head.writeUInt32LE(data.length, 4)
    return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
  }
  const canvas = Buffer.from([0x08, 0, 0, 0, 15, 0, 0, 11, 0, 0])
  const chunks = Buffer.concat([part('VP8X', canvas), base.subarray(12), part('EXIF', tiff)])
  const riff = Buffer.from('RIFF\0\0\0\0WEBP', 'latin1')
  riff.writeUInt32LE(chunks.length + 4, 4)
  return Buffer.concat([riff, chunks])
}

/** libheif writes the item; libvips makes its comment ASCII. */
export async function avifWith(text: string): Promise<Buffer> {
  return await picture(16, 12)
    .avif({ effort: 0 })
    .withExif({ IFD2: { UserComment: text } })
    .toBuffer()
}

/** As Pillow writes it: a comment behind the header and its colours. */
export async function gifWith(text: string): Promise<Buffer> {
  const base = await animation(16, 12).gif().toBuffer()
  const packed = present(base[10], 'the packed field of a GIF')
  const at = 13 + ((packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1))
  const bytes = Buffer.from(text)
  const blocks: Buffer[] = []
  for (let from = 0; from < bytes.length; from += 255) {
    const block = bytes.subarray(from, from + 255)
    blocks.push(Buffer.from([block.length]), block)
  }
  return Buffer.concat([
    base.subarray(0, at),
    Buffer.from([0x21, 0xfe]),
    ...blocks,
    Buffer.from([0]),
    base.subarray(at),
  ])
}

export const a1111Text = ({ prompt, negativePrompt, seed, model }: Said): string =>
  `${prompt}\nNegative prompt: ${negativePrompt}\nSteps: 20, Sampler: Euler a, Schedule type: Automatic, CFG scale: 7, Seed: ${seed}, Size: 16x16, Model hash: 6ce0161689, Model: ${model}, Version: v1.10.1`

/** As "Save (API format)" gives it, with the node that saves, one that upscales in between, and a LoRA before the sampler. */
export const comfyPrompt = ({ prompt, negativePrompt, seed, model }: Said) => ({
  '3': {
    class_type: 'KSampler',
    inputs: {
      seed,
      steps: 20,
      cfg: 8,
      sampler_name: 'euler',
      scheduler: 'normal',
      denoise: 1,
      model: ['10', 0],
      positive: ['6', 0],
      negative: ['7', 0],
      latent_image: ['5', 0],
    },
  },
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: `sdxl/${model}.safetensors` } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 768, batch_size: 1 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: ['11', 0], clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: negativePrompt, clip: ['4', 1] } },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
  '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['12', 0] } },
  '10': { class_type: 'LoraLoader', inputs: { lora_name: 'ink.safetensors', model: ['4', 0], clip: ['4', 1] } },
  '11': { class_type: 'PrimitiveString', inputs: { value: prompt } },
  '12': { class_type: 'ImageUpscaleWithModel', inputs: { upscale_model: ['13', 0], image: ['8', 0] } },
  '13': { class_type: 'UpscaleModelLoader', inputs: { model_name: '4x.pth' } },
  // Not what was saved.
  '20': { class_type: 'CLIPTextEncode', inputs: { text: 'some other words', clip: ['4', 1] } },
})

/** The same on the screen, without the upscaler. */
export const comfyWorkflow = ({ prompt, negativePrompt, seed, model }: Said) => ({
  last_node_id: 9,
  version: 0.4,
  nodes: [
    {
      id: 3,
      type: 'KSampler',
      mode: 0,
      widgets_values: [seed, 'randomize', 20, 8, 'euler', 'normal', 1],
      inputs: [
        { name: 'model', type: 'MODEL', link: 1 },
        { name: 'positive', type: 'CONDITIONING', link: 4 },
        { name: 'negative', type: 'CONDITIONING', link: 6 },
        { name: 'latent_image', type: 'LATENT', link: 2 },
      ],
    },
    { id: 4, type: 'CheckpointLoaderSimple', mode: 0, widgets_values: [`${model}.safetensors`] },
    { id: 5, type: 'EmptyLatentImage', mode: 0, widgets_values: [512, 768, 1] },
    { id: 6, type: 'CLIPTextEncode', mode: 0, widgets_values: [prompt], inputs: [{ name: 'clip', link: 3 }] },
    { id: 7, type: 'CLIPTextEncode', mode: 0, widgets_values: [negativePrompt], inputs: [{ name: 'clip', link: 5 }] },
    { id: 8, type: 'VAEDecode', mode: 0, inputs: [{ name: 'samples', link: 7 }] },
    { id: 9, type: 'SaveImage', mode: 0, widgets_values: ['ComfyUI'], inputs: [{ name: 'images', link: 9 }] },
  ],
  links: [
    [1, 4, 0, 3, 0, 'MODEL'],
    [2, 5, 0, 3, 3, 'LATENT'],
    [3, 4, 1, 6, 0, 'CLIP'],
    [4, 6, 0, 3, 1, 'CONDITIONING'],
    [5, 4, 1, 7, 0, 'CLIP'],
    [6, 7, 0, 3, 2, 'CONDITIONING'],
    [7, 3, 0, 8, 0, 'LATENT'],
    [9, 8, 0, 9, 0, 'IMAGE'],
  ],
})

/** The newer kind of sampler, taken apart, as for FLUX. */
export const comfyCustomPrompt = ({ prompt, seed, model }: Said) => ({
  '5': { class_type: 'EmptySD3LatentImage', inputs: { width: 1024, height: 768, batch_size: 1 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: prompt, clip: ['11', 0] } },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['13', 0], vae: ['10', 0] } },
  '9': { class_type: 'SaveImage', inputs: { images: ['8', 0] } },
  '12': { class_type: 'UNETLoader', inputs: { unet_name: `${model}.safetensors`, weight_dtype: 'default' } },
  '13': {
    class_type: 'SamplerCustomAdvanced',
    inputs: { noise: ['25', 0], guider: ['22', 0], sampler: ['16', 0], sigmas: ['17', 0], latent_image: ['5', 0] },
  },
  '16': { class_type: 'KSamplerSelect', inputs: { sampler_name: 'euler' } },
  '17': { class_type: 'BasicScheduler', inputs: { scheduler: 'simple', steps: 28, denoise: 1, model: ['12', 0] } },
  '22': { class_type: 'BasicGuider', inputs: { model: ['12', 0], conditioning: ['26', 0] } },
  '25': { class_type: 'RandomNoise', inputs: { noise_seed: seed } },
  '26': { class_type: 'FluxGuidance', inputs: { guidance: 3.5, conditioning: ['6', 0] } },
})

export const invokeMetadata = ({ prompt, negativePrompt, seed, model }: Said) => ({
  app_version: '5.4.2',
  generation_mode: 'sdxl_txt2img',
  positive_prompt: prompt,
  negative_prompt: negativePrompt,
  width: 1024,
  height: 1024,
  seed,
  rand_device: 'cpu',
  cfg_scale: 7,
  steps: 30,
  scheduler: 'dpmpp_2m_k',
  model: { key: '25', hash: 'blake3:1', name: model, base: 'sdxl', type: 'main' },
})

export const invokeOldMetadata = ({ prompt, negativePrompt, seed, model }: Said) => ({
  model: 'stable diffusion',
  model_weights: model,
  app_id: 'invoke-ai/InvokeAI',
  app_version: '2.3.0',
  image: {
    prompt: [{ prompt: `${prompt} [${negativePrompt}]`, weight: 1 }],
    steps: 50,
    cfg_scale: 7.5,
    seed,
    width: 512,
    height: 512,
    sampler: 'k_lms',
    type: 'txt2img',
  },
})

export const swarmParameters = ({ prompt, negativePrompt, seed, model }: Said) => ({
  sui_image_params: {
    prompt,
    negativeprompt: negativePrompt,
    model: `OfficialStableDiffusion/${model}.safetensors`,
    seed,
    steps: 20,
    cfgscale: 7,
    aspectratio: '1:1',
    width: 1024,
    height: 1024,
    sampler: 'euler',
    swarm_version: '0.9.4.0',
  },
  sui_extra_data: { date: '2024-05-01', generation_time: '3.20 seconds' },
})

export const fooocusParameters = ({ prompt, negativePrompt, seed, model }: Said) => ({
  adm_guidance: '(1.5, 0.8, 0.3)',
  base_model: model,
  base_model_hash: 'aeb7e9e689',
  full_prompt: [prompt, `${prompt}, cinematic`],
  guidance_scale: 4,
  metadata_scheme: 'fooocus',
  negative_prompt: negativePrompt,
  performance: 'Speed',
  prompt,
  resolution: '(1024, 768)',
  sampler: 'dpmpp_2m_sde_gpu',
  scheduler: 'karras',
  seed: String(seed),
  sharpness: 2,
  steps: 30,
  styles: "['Fooocus V2']",
  version: 'Fooocus v2.5.0',
})

export const novelComment = ({ prompt, negativePrompt, seed }: Said) => ({
  prompt,
  steps: 28,
  height: 1216,
  width: 832,
  scale: 5,
  uncond_scale: 0,
  cfg_rescale: 0,
  seed,
  n_samples: 1,
  noise_schedule: 'karras',
  sampler: 'k_euler_ancestral',
  uc: negativePrompt,
  v4_prompt: { caption: { base_caption: prompt, char_captions: [] }, use_coords: false, use_order: true },
  v4_negative_prompt: { caption: { base_caption: negativePrompt, char_captions: [] } },
})

/** A picture of one tool. What `lacks` names is not said by it. */
export interface ToolFile {
  readonly name: string
  readonly extension: 'png' | 'jpg' | 'webp' | 'avif' | 'gif'
  readonly lacks?: readonly (keyof Said)[]
  /** What makes the test's file cannot write more. */
  readonly asciiAlone?: true
  make(said: Said): Buffer | Promise<Buffer>
}

const text = JSON.stringify
const comment = 0x9286

/** Every tool in every place where it writes. */
export const toolFiles: readonly ToolFile[] = [
  {
    name: 'A1111 PNG',
    extension: 'png',
    make: (said) => pngWith(said.prompt, textChunk('parameters', a1111Text(said))),
  },
  {
    name: 'A1111 JPEG',
    extension: 'jpg',
    make: (said) => jpegWith(tiffOf({ exif: { [comment]: unicodeComment(a1111Text(said)) } })),
  },
  {
    name: 'A1111 WebP',
    extension: 'webp',
    make: (said) => webpWith(tiffOf({ exif: { [comment]: unicodeComment(a1111Text(said)) } })),
  },
  { name: 'A1111 AVIF', extension: 'avif', asciiAlone: true, make: (said) => avifWith(a1111Text(said)) },
  { name: 'A1111 GIF', extension: 'gif', make: (said) => gifWith(a1111Text(said)) },
  {
    name: 'ComfyUI PNG',
    extension: 'png',
    make: (said) =>
      pngWith(
        said.prompt,
        textChunk('prompt', text(comfyPrompt(said))),
        textChunk('workflow', text(comfyWorkflow(said))),
      ),
  },
  {
    name: 'ComfyUI PNG with a workflow alone',
    extension: 'png',
    make: (said) => pngWith(said.prompt, textChunk('workflow', text(comfyWorkflow(said)))),
  },
  {
    name: 'ComfyUI PNG with a sampler in parts',
    extension: 'png',
    lacks: ['negativePrompt'],
    make: (said) => pngWith(said.prompt, textChunk('prompt', text(comfyCustomPrompt(said)))),
  },
  {
    name: 'ComfyUI WebP',
    extension: 'webp',
    make: (said) =>
      webpWith(
        tiffOf({
          first: { 0x0110: `prompt:${text(comfyPrompt(said))}`, 0x010f: `workflow:${text(comfyWorkflow(said))}` },
        }),
      ),
  },
  {
    name: 'InvokeAI PNG',
    extension: 'png',
    make: (said) => pngWith(said.prompt, textChunk('invokeai_metadata', text(invokeMetadata(said)))),
  },
  {
    name: 'InvokeAI 2 PNG',
    extension: 'png',
    make: (said) => pngWith(said.prompt, textChunk('sd-metadata', text(invokeOldMetadata(said)))),
  },
  {
    name: 'InvokeAI 1 PNG',
    extension: 'png',
    lacks: ['model'],
    make: ({ prompt, negativePrompt, seed }) =>
      pngWith(
        prompt,
        textChunk('Dream', `"${prompt} [${negativePrompt}]" -s 50 -S ${seed} -W 512 -H 512 -C 7.5 -A k_lms`),
      ),
  },
  {
    name: 'SwarmUI PNG',
    extension: 'png',
    make: (said) => pngWith(said.prompt, textChunk('parameters', text(swarmParameters(said), null, 2))),
  },
  {
    name: 'SwarmUI JPEG',
    extension: 'jpg',
    make: (said) => jpegWith(tiffOf({ exif: { [comment]: unicodeComment(text(swarmParameters(said)), false) } })),
  },
  {
    name: 'Fooocus PNG',
    extension: 'png',
    make: (said) =>
      pngWith(
        said.prompt,
        textChunk('parameters', text(fooocusParameters(said))),
        textChunk('fooocus_scheme', 'fooocus'),
      ),
  },
  {
    name: 'Fooocus JPEG',
    extension: 'jpg',
    // Pillow puts them all into the first directory, and is told of no type but ASCII.
    make: (said) =>
      jpegWith(
        tiffOf({
          first: { [comment]: ascii(fooocusParameters(said)), 0x0131: 'Fooocus v2.5.0', 0x927c: 'fooocus' },
        }),
      ),
  },
  {
    name: 'NovelAI PNG',
    extension: 'png',
    make: (said) =>
      pngWith(
        said.prompt,
        textChunk('Title', 'NovelAI generated image'),
        textChunk('Description', said.prompt),
        textChunk('Software', 'NovelAI'),
        textChunk('Source', said.model),
        textChunk('Comment', text(novelComment(said))),
      ),
  },
  {
    name: 'Easy Diffusion JPEG',
    extension: 'jpg',
    make: ({ prompt, negativePrompt, seed, model }) =>
      jpegWith(
        tiffOf({
          exif: {
            [comment]: unicodeComment(
              text({
                prompt,
                negative_prompt: negativePrompt,
                seed,
                use_stable_diffusion_model: model,
                num_inference_steps: 25,
              }),
            ),
          },
        }),
      ),
  },
]

/** JSON as Python writes it: ASCII alone. */
function ascii(value: unknown): string {
  return text(value).replaceAll(/[^\0-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
