// ComfyUI writes the graph that it ran, as PNG texts `prompt` and `workflow` (`SaveImage` in its `nodes.py`); in WebP as EXIF's Model and
// Make, each behind its name and a colon (`SaveAnimatedWEBP` in `comfy_extras/nodes_images.py`). Words and settings are found by walking from
// what saved the picture back to what drew it.
import type { PictureTexts } from '#media/read-texts.ts'
import {
  graphOfPrompt,
  graphOfWorkflow,
  linkOf,
  nodesBehind,
  plainValue,
  wordsBehind,
  type Graph,
  type GraphNode,
  type Link,
} from './comfyui-graph.ts'
import { looksLikeJson, modelName, parseFields, seedOf, setting, settings, words, type Fields } from './fields.ts'
import { UnreadableWords, type Told, type ToldReader } from './told.ts'

const saves = /save|output/i
const shows = /save|output|preview/i

/** What leads to the node that drew: a sampler has words or a guide that has them. */
const draws = ({ inputs }: GraphNode): boolean =>
  linkOf(inputs.guider) !== null || (linkOf(inputs.positive) !== null && linkOf(inputs.latent_image) !== null)

function linksOf({ inputs }: GraphNode): Link[] {
  return Object.values(inputs).flatMap((value) => linkOf(value) ?? [])
}

/** The sampler that the saved picture came from last; without one that saves, any. */
function samplerOf(graph: Graph): GraphNode | null {
  const nodes = [...graph.values()]
  for (const kind of [saves, shows]) {
    const ends = nodes.filter(({ type }) => kind.test(type))
    for (const node of nodesBehind(graph, ends.flatMap(linksOf))) if (draws(node)) return node
  }
  return nodes.find(draws) ?? null
}

const nodeAt = (graph: Graph, value: unknown): Fields => graph.get(linkOf(value)?.id ?? '')?.inputs ?? {}

/** The first of these that stands behind a link. */
function found(graph: Graph, from: unknown, names: readonly string[]): unknown {
  const link = linkOf(from)
  if (link === null) return undefined
  for (const { inputs } of nodesBehind(graph, [link])) {
    const name = names.find((one) => inputs[one] !== undefined && linkOf(inputs[one]) === null)
    if (name !== undefined) return inputs[name]
  }
  return undefined
}

function sizeBehind(graph: Graph, from: unknown): { width?: unknown; height?: unknown } {
  const link = linkOf(from)
  for (const { inputs } of link === null ? [] : nodesBehind(graph, [link])) {
    const [width, height] = [plainValue(graph, inputs.width), plainValue(graph, inputs.height)]
    if (typeof width === 'number' && typeof height === 'number') return { width, height }
  }
  return {}
}

/** The nodes that a sampler of ComfyUI's newer kind is made of, as one; of the older kind it is the node itself. */
function whole(graph: Graph, sampler: GraphNode): Fields {
  const { inputs } = sampler
  const guider = nodeAt(graph, inputs.guider)
  return {
    ...nodeAt(graph, inputs.sigmas),
    ...nodeAt(graph, inputs.sampler),
    ...nodeAt(graph, inputs.noise),
    ...guider,
    ...(guider.conditioning === undefined ? {} : { positive: guider.conditioning }),
    ...inputs,
  }
}

/** Engines like FLUX are guided by a number in the words' line, and their `cfg` is 1. */
function guidanceOf(graph: Graph, { cfg, positive }: Fields): unknown {
  const plain = plainValue(graph, cfg)
  return plain === undefined || plain === 1 ? (found(graph, positive, ['guidance']) ?? plain) : plain
}

function fromSampler(graph: Graph, sampler: GraphNode): Told {
  const all = whole(graph, sampler)
  const plain = (value: unknown) => plainValue(graph, value)
  const seed = plain(all.seed ?? all.noise_seed)
  const model = found(graph, all.model, ['ckpt_name', 'unet_name', 'model_name', 'gguf_name'])
  const lora = found(graph, all.model, ['lora_name'])
  return {
    prompt: words(wordsBehind(graph, all.positive).join('\n')),
    negativePrompt: words(wordsBehind(graph, all.negative).join('\n')),
    seed: seedOf(seed),
    model: modelName(model),
    createdAt: null,
    parameters: settings({
      steps: plain(all.steps),
      guidance: guidanceOf(graph, all),
      sampler: plain(all.sampler_name),
      scheduler: plain(all.scheduler),
      denoise: plain(all.denoise),
      lora: modelName(lora),
      ...sizeBehind(graph, all.latent_image),
      ...(seedOf(seed) === null ? { seed } : {}),
    }),
  }
}

/** Graphs around engines elsewhere have no sampler, but a node with the prompt. */
function fromNode(graph: Graph): Told | null {
  const node = [...graph.values()].find(({ inputs }) => words(inputs.prompt) !== null)
  if (node === undefined) return null
  const { prompt, negative_prompt: negative, seed, model } = node.inputs
  return {
    prompt: words(prompt),
    negativePrompt: words(negative),
    seed: seedOf(seed),
    model: modelName(setting(model)),
    createdAt: null,
    parameters: {},
  }
}

function fromGraph(graph: Graph): Told | null {
  const sampler = samplerOf(graph)
  return sampler === null ? fromNode(graph) : fromSampler(graph, sampler)
}

const exifPlaces = ['exif:Model', 'exif:Make', 'exif:ImageDescription']

/** The JSON of one of the two texts; undefined where there is none. */
function jsonOf(texts: PictureTexts, name: 'prompt' | 'workflow'): string | null | undefined {
  const text = texts.get(name)
  if (text !== undefined) return text !== null && !looksLikeJson(text) ? undefined : text
  const start = new RegExp(`^${name}\\s*:\\s*(?=\\{)`, 'i')
  const place = exifPlaces.map((key) => texts.get(key) ?? '').find((one) => start.test(one))
  return place?.replace(start, '')
}

function fromText(text: string | null | undefined, name: 'prompt' | 'workflow'): Told | null {
  if (text === null) throw new UnreadableWords(`its text “${name}” is damaged or too long`)
  if (text === undefined) return null
  const value = parseFields(text, name)
  return fromGraph(name === 'prompt' ? graphOfPrompt(value) : graphOfWorkflow(value))
}

export const comfyui: ToldReader = {
  tool: 'ComfyUI',
  read(texts) {
    let fault: UnreadableWords | null = null
    for (const name of ['prompt', 'workflow'] as const) {
      try {
        const told = fromText(jsonOf(texts, name), name)
        if (told !== null) return told
      } catch (error) {
        if (!(error instanceof UnreadableWords)) throw error
        // The other text may say it.
        fault ??= error
      }
    }
    if (fault !== null) throw fault
    return null
  },
}
