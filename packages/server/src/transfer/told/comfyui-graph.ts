// The graph of nodes that ComfyUI ran. Nobody has checked it: nodes may be missing, of any kind, and lead back to themselves.
import { isFields, type Fields } from './fields.ts'

export interface GraphNode {
  readonly type: string
  /** A value, or where it comes from: see {@link linkOf}. */
  readonly inputs: Fields
}

export type Graph = ReadonlyMap<string, GraphNode>

export interface Link {
  readonly id: string
  /** Which of its outputs. */
  readonly slot: number
}

/** More than anybody draws. */
const maxNodes = 20_000
/** Deeper than anybody nests, and far from where recursion ends. */
const deepest = 300

/** The node that an input comes from, or null for a plain value. */
export function linkOf(value: unknown): Link | null {
  if (!Array.isArray(value) || value.length !== 2) return null
  const [id, slot]: unknown[] = value
  if ((typeof id !== 'string' && typeof id !== 'number') || typeof slot !== 'number') return null
  return { id: String(id), slot }
}

/** The form of the text `prompt`: nodes by their ids (ComfyUI's `execution.py`, and "Save (API format)" in its menu). */
export function graphOfPrompt(value: Fields): Graph {
  const entries = Object.entries(value).slice(0, maxNodes)
  return new Map(
    entries.flatMap(([id, node]) =>
      isFields(node) && typeof node.class_type === 'string'
        ? [[id, { type: node.class_type, inputs: isFields(node.inputs) ? node.inputs : {} }] as const]
        : [],
    ),
  )
}

/**
 * Names of the values of a node on the screen, in their order; null for one that is of the screen alone. Only of those nodes that words
 * and settings are looked for in (ComfyUI's `nodes.py` and `comfy_extras/nodes_custom_sampler.py`).
 */
const widgets: Readonly<Record<string, readonly (string | null)[]>> = {
  KSampler: ['seed', null, 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: ['add_noise', 'noise_seed', null, 'steps', 'cfg', 'sampler_name', 'scheduler'],
  SamplerCustom: ['add_noise', 'noise_seed', null, 'cfg'],
  RandomNoise: ['noise_seed'],
  KSamplerSelect: ['sampler_name'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
  CFGGuider: ['cfg'],
  FluxGuidance: ['guidance'],
  CLIPTextEncode: ['text'],
  CLIPTextEncodeFlux: ['clip_l', 't5xxl', 'guidance'],
  CLIPTextEncodeSDXL: [null, null, null, null, null, null, 'text_g', 'text_l'],
  CheckpointLoaderSimple: ['ckpt_name'],
  UNETLoader: ['unet_name'],
  UnetLoaderGGUF: ['unet_name'],
  LoraLoader: ['lora_name'],
  LoraLoaderModelOnly: ['lora_name'],
  EmptyLatentImage: ['width', 'height'],
  EmptySD3LatentImage: ['width', 'height'],
  PrimitiveNode: ['value'],
  PrimitiveString: ['value'],
  PrimitiveStringMultiline: ['value'],
  PrimitiveInt: ['value'],
  PrimitiveFloat: ['value'],
}

function widgetValues(type: string, values: unknown): Fields {
  if (isFields(values)) return values
  if (!Array.isArray(values)) return {}
  const names = widgets[type] ?? []
  return Object.fromEntries(names.flatMap((name, at) => (name === null ? [] : [[name, values[at]] as const])))
}

/** Where each line of the screen begins: `[id, from, slot, to, slot, type]`. */
function screenLinks(value: unknown): ReadonlyMap<string, readonly [string, number]> {
  const lines: unknown[] = Array.isArray(value) ? value.slice(0, 10 * maxNodes) : []
  return new Map(
    lines.flatMap((line) => {
      if (!Array.isArray(line)) return []
      const [id, from, slot]: unknown[] = line
      return typeof slot === 'number' ? [[String(id), [String(from), slot] as const] as const] : []
    }),
  )
}

/** The form of the text `workflow`: what stood on the screen (version 0.4 of ComfyUI's workflow JSON). */
export function graphOfWorkflow({ nodes, links }: Fields): Graph {
  const from = screenLinks(links)
  const list: unknown[] = Array.isArray(nodes) ? nodes.slice(0, maxNodes) : []
  return new Map(
    list.flatMap((node) => {
      // 2 is muted and 4 bypassed: such nodes had no part in it.
      if (!isFields(node) || typeof node.type !== 'string' || node.mode === 2 || node.mode === 4) return []
      const slots: unknown[] = Array.isArray(node.inputs) ? node.inputs.slice(0, 1000) : []
      const linked = slots.flatMap((slot) => {
        if (!isFields(slot) || typeof slot.name !== 'string') return []
        const link = from.get(String(slot.link))
        return link === undefined ? [] : [[slot.name, [...link]] as const]
      })
      const inputs = { ...widgetValues(node.type, node.widgets_values), ...Object.fromEntries(linked) }
      return [[String(node.id), { type: node.type, inputs }] as const]
    }),
  )
}

/** The nodes behind these, the nearest first, each once. */
export function* nodesBehind(graph: Graph, links: readonly Link[]): Generator<GraphNode> {
  const seen = new Set(links.map(({ id }) => id))
  // Grows while it is walked through; no node is in it twice, so it ends.
  const line = [...seen]
  for (const id of line) {
    const node = graph.get(id)
    if (node === undefined) continue
    yield node
    for (const value of Object.values(node.inputs)) {
      const link = linkOf(value)
      if (link === null || seen.has(link.id)) continue
      seen.add(link.id)
      line.push(link.id)
    }
  }
}

const plainNames = ['value', 'Value', 'int', 'float', 'number', 'string', 'text', 'seed']

/** A value as it was when the graph ran: where it comes from another node, what stands there. */
export function plainValue(graph: Graph, value: unknown, depth = 0): unknown {
  const link = linkOf(value)
  if (link === null) return value
  const node = depth > deepest ? undefined : graph.get(link.id)
  const name = plainNames.find((one) => node?.inputs[one] !== undefined)
  return name === undefined ? undefined : plainValue(graph, node?.inputs[name], depth + 1)
}

const textNames = [
  'text',
  'prompt',
  'text_g',
  'text_l',
  'clip_l',
  't5xxl',
  'populated_text',
  'string',
  'value',
  'string_a',
  'string_b',
  'text_a',
  'text_b',
  'text1',
  'text2',
]
const noWords = /^(?:clip|clip_vision|model|vae|image|images|pixels|mask|samples|latent|latent_image|control_net)$/

/** The words that lead to a node's output, each once. */
export function wordsBehind(graph: Graph, from: unknown): readonly string[] {
  const seen = new Set<string>()
  function walk(value: unknown, depth: number): string[] {
    if (typeof value === 'string') return value.trim() === '' ? [] : [value]
    const link = linkOf(value)
    const node = link === null || depth > deepest ? undefined : graph.get(link.id)
    const place = `${link?.id} ${link?.slot}`
    if (link === null || node === undefined || seen.has(place)) return []
    seen.add(place)
    const { inputs, type } = node
    // Its words are there so that they do not count.
    if (type === 'ConditioningZeroOut') return []
    if (linkOf(inputs.positive) !== null && linkOf(inputs.negative) !== null) {
      return walk(link.slot === 1 ? inputs.negative : inputs.positive, depth + 1)
    }
    const own = textNames.filter((name) => typeof inputs[name] === 'string' || linkOf(inputs[name]) !== null)
    const names = own.length > 0 ? own : Object.keys(inputs).filter((name) => !noWords.test(name))
    return names.flatMap((name) =>
      own.length > 0 || linkOf(inputs[name]) !== null ? walk(inputs[name], depth + 1) : [],
    )
  }
  return [...new Set(walk(from, 0))]
}
