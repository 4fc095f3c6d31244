// A person's own workflow: a graph in API format, and the names of the inputs that Easel fills in.
import { ProviderError } from '../spec/provider-error.ts'
import { Graph } from './wire.ts'

export const inputNames = [
  'prompt',
  'negative',
  'seed',
  'width',
  'height',
  'steps',
  'guidance',
  'sampler',
  'scheduler',
  'strength',
  'image',
  'image2',
  'image3',
  'mask',
] as const
export type InputName = (typeof inputNames)[number]

interface Place {
  readonly node: string
  readonly input: string
}

/** A workflow whose inputs are known to be there. */
export interface Workflow {
  readonly graph: Graph
  readonly places: Readonly<Partial<Record<InputName, readonly Place[]>>>
  /** The node whose pictures count, where the person says. */
  readonly output?: string
}

export type Values = Readonly<Partial<Record<InputName, string | number>>>

interface Fault {
  readonly field: 'workflow' | 'inputs'
  readonly message: string
}

const apiFormat = 'In ComfyUI, choose Workflow, Export (API)'

/** What is wrong with the two settings, in words; nothing when both are empty. */
export function workflowFaults(workflow: string | undefined, inputs: string | undefined): readonly Fault[] {
  return read(workflow, inputs).faults
}

/**
 * The workflow of checked settings, or null when there is none.
 * @throws ProviderError `bad-request` when the settings were not checked
 */
export function readWorkflow(workflow: string | undefined, inputs: string | undefined): Workflow | null {
  const { faults, read: result } = read(workflow, inputs)
  const [fault] = faults
  if (fault) throw new ProviderError('bad-request', `The workflow of this connection cannot be used: ${fault.message}`)
  return result
}

function read(
  workflow: string | undefined,
  inputs: string | undefined,
): { readonly faults: readonly Fault[]; readonly read: Workflow | null } {
  const hasInputs = (inputs ?? '').trim() !== ''
  if ((workflow ?? '').trim() === '') {
    const message = 'There is no workflow that these could be the inputs of'
    return { faults: hasInputs ? [{ field: 'inputs', message }] : [], read: null }
  }
  const graph = readGraph(workflow ?? '')
  if (typeof graph === 'string') return { faults: [{ field: 'workflow', message: graph }], read: null }
  const faults: Fault[] = []
  const places: Partial<Record<InputName, readonly Place[]>> = {}
  let output: string | undefined
  for (const line of (inputs ?? '').split(/[\n;]/).filter((text) => text.trim() !== '')) {
    const binding = readBinding(line.trim(), graph)
    if (typeof binding === 'string') faults.push({ field: 'inputs', message: binding })
    else if (binding.name === 'output') output = binding.node
    else places[binding.name] = [...(places[binding.name] ?? []), ...binding.places]
  }
  const missing = missingPlaces(places)
  if (faults.length === 0 && missing !== null) faults.push({ field: 'inputs', message: missing })
  return { faults, read: { graph, places, ...(output !== undefined && { output }) } }
}

/** The graph, or what is wrong with it. */
function readGraph(text: string): Graph | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return `This is not JSON. ${apiFormat}`
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return `This is no workflow. ${apiFormat}`
  if ('nodes' in value && 'links' in value)
    return `This is the editor's format, which holds no graph to run. ${apiFormat}`
  const ids = Object.entries(value)
  if (ids.length === 0) return `This workflow is empty. ${apiFormat}`
  const parsed = Graph.safeParse(value)
  if (parsed.success) return parsed.data
  const [id, field] = parsed.error.issues[0]?.path ?? []
  return `Node ${String(id)} has no usable ${String(field ?? 'class_type')}. ${apiFormat}`
}

type Binding =
  | { readonly name: InputName; readonly places: readonly Place[] }
  | { readonly name: 'output'; readonly node: string }

/** One line such as `seed = 3.seed, 25.noise_seed`, or what is wrong with it. */
function readBinding(line: string, graph: Graph): Binding | string {
  const [, name = '', where = ''] = /^(\w+)\s*=\s*(.+)$/.exec(line) ?? []
  if (name === '') return `"${shown(line)}" is not of the form name = node.input, such as prompt = 6.text`
  if (name === 'output') {
    const node = where.trim()
    return graph[node] ? { name, node } : `output = ${shown(node)}: the workflow has no node ${shown(node)}`
  }
  const known = inputNames.find((candidate) => candidate === name)
  if (!known) return `${shown(name)} is no name that Easel fills in: ${inputNames.join(', ')}, output`
  const places: Place[] = []
  for (const text of where.split(',')) {
    const place = readPlace(text.trim(), graph)
    if (typeof place === 'string') return `${name} = ${shown(text.trim())}: ${place}`
    places.push(place)
  }
  return { name: known, places }
}

function readPlace(text: string, graph: Graph): Place | string {
  const dot = text.indexOf('.')
  if (dot < 1 || dot === text.length - 1) return 'write the number of a node, a dot and the name of its input'
  const [node, input] = [text.slice(0, dot), text.slice(dot + 1)]
  const found = Object.hasOwn(graph, node) ? graph[node] : undefined
  if (!found) return `the workflow has no node ${shown(node)}`
  if (!Object.hasOwn(found.inputs, input)) {
    const names = Object.keys(found.inputs).join(', ') || 'none'
    return `node ${node} (${shown(found.class_type)}) has no input ${shown(input)}; it has ${shown(names)}`
  }
  if (Array.isArray(found.inputs[input])) return `that input comes from another node, so nothing can be filled in`
  return { node, input }
}

function missingPlaces(places: Workflow['places']): string | null {
  if (!places.prompt) return 'Say where the prompt goes, such as: prompt = 6.text'
  if (Boolean(places.width) !== Boolean(places.height)) return 'Width and height go together: name both or neither'
  if (places.mask && !places.image) return 'A mask needs a picture: name image, too'
  if (places.image2 && !places.image) return 'Name image before image2'
  if (places.image3 && !places.image2) return 'Name image2 before image3'
  return null
}

function shown(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`
}

/** A copy of the graph with the values filled in. What has no value keeps what the workflow came with. */
export function fillIn({ graph, places }: Workflow, values: Values): Graph {
  const filled = structuredClone(graph)
  for (const name of inputNames) {
    const value = values[name]
    if (value === undefined) continue
    for (const { node, input } of places[name] ?? []) {
      const target = filled[node]
      if (target) target.inputs[input] = value
    }
  }
  return filled
}

/** What the workflow came with at the first place of a name, when it is a number. */
export function numberAt({ graph, places }: Workflow, name: InputName): number | null {
  const value = valueAt({ graph, places }, name)
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function valueAt({ graph, places }: Workflow, name: InputName): unknown {
  const [place] = places[name] ?? []
  return place && graph[place.node]?.inputs[place.input]
}
