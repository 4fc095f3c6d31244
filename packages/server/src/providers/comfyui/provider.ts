import { randomInt, randomUUID } from 'node:crypto'
import type { ModelInfo } from '@easel/contract'
import { toJson } from '#base/json.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { ask } from './ask.ts'
import { noModel, noWorkflow, unknownModel } from './errors.ts'
import { builtInGraph, type Settings } from './graphs.ts'
import { cancel, poll } from './job.ts'
import { builtInFor, modelsOf, usualStrength, workflowModel, type BuiltIn } from './models.ts'
import { options, settings } from './options.ts'
import { sendJob } from './send.ts'
import { uploadPictures, type Uploaded } from './upload.ts'
import { choicesOf, objectInfo, type Graph, type Operation } from './wire.ts'
import { fillIn, numberAt, readWorkflow, type Workflow } from './workflow.ts'

export const provider: Provider = {
  manifest: {
    id: 'comfyui',
    label: 'ComfyUI',
    description: 'Pictures from your own ComfyUI server, with the built-in SDXL and FLUX workflows or one of your own.',
    ai: true,
    contractName: 'COMFYUI',
    key: 'optional',
    defaultBaseUrl: 'http://127.0.0.1:8188',
    // A workflow may hold nodes that call paid services.
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'COMFYUI_API_KEY', baseUrl: 'COMFYUI_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  poll,
  cancel,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const choices = async (node: string, ...inputs: readonly string[]) => {
    const info = await ask(context, `/object_info/${node}`, { schema: objectInfo })
    return inputs.map((input) => choicesOf(info, node, input))
  }
  const [[checkpoints = []], [diffusionModels = []], [samplers = [], schedulers = []]] = await Promise.all([
    choices('CheckpointLoaderSimple', 'ckpt_name'),
    choices('UNETLoader', 'unet_name'),
    choices('KSampler', 'sampler_name', 'scheduler'),
  ])
  if (samplers.length === 0) {
    throw new ProviderError('malformed-response', 'What answers there has no KSampler, so it is probably not ComfyUI')
  }
  const installed = { checkpoints, diffusionModels, samplers, schedulers }
  const models = modelsOf(installed, settings.parse(context.settings))
  if (models.length === 0) throw noModel()
  return models
}

/** What is to be run, and what is known about it beforehand. */
interface Plan {
  readonly graph: Graph
  readonly output?: string
  readonly steps: number
  readonly seed?: number
  readonly parameters: Operation['parameters']
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const chosen = settings.parse(context.settings)
  const draw = planner(request, chosen)
  const plan = draw(await uploadPictures(request, context))
  const clientId = randomUUID()
  const taken = await sendJob(plan.graph, clientId, context)
  const { graph: _graph, ...known } = plan
  const operation: Operation = {
    ...known,
    ...taken,
    clientId,
    n: request.n,
    socket: true,
  }
  return { kind: 'pending', operation: toJson(operation), lookAgainMs: 0 }
}

/** Chooses the workflow before anything is uploaded, so that an unknown model is refused first. */
function planner(request: ImageRequest, chosen: Settings): (uploaded: Uploaded) => Plan {
  if (request.model === workflowModel) {
    const workflow = readWorkflow(chosen.workflow, chosen.inputs)
    if (workflow === null) throw noWorkflow()
    return (uploaded) => ownPlan(request, workflow, uploaded)
  }
  const model = builtInFor(request.model)
  if (model === null) throw unknownModel(request.model)
  return (uploaded) => builtInPlan(request, model, { chosen, uploaded })
}

function builtInPlan(
  request: ImageRequest,
  model: BuiltIn,
  { chosen, uploaded }: { chosen: Settings; uploaded: Uploaded },
): Plan {
  const { scheduler = model.scheduler } = options.parse(request.options)
  const { steps = model.steps, guidance = model.guidance, sampler = model.sampler, seed = randomInt(2 ** 32) } = request
  const [image] = uploaded.images
  const usual = image === undefined ? 1 : uploaded.mask === undefined ? usualStrength : 1
  const strength = image === undefined ? 1 : (request.strength ?? usual)
  const { family, folder, file } = model
  const { prompt, n, width = model.side, height = model.side } = request
  const negative = request.negativePrompt ?? ''
  const facts = { steps, guidance, sampler, scheduler }
  const what = { family, folder, file, prompt, negative, width, height, n, seed, strength, image, mask: uploaded.mask }
  return { graph: builtInGraph({ ...what, ...facts }, chosen), output: '9', steps, seed, parameters: facts }
}

function ownPlan(request: ImageRequest, workflow: Workflow, uploaded: Uploaded): Plan {
  const { scheduler } = options.parse(request.options)
  const { prompt, negativePrompt: negative, width, height, seed, steps, guidance, strength, sampler } = request
  const [image, image2, image3] = uploaded.images
  const asked = { prompt, negative, seed, width, height, steps, guidance, sampler, scheduler, strength }
  const values = given({ ...asked, image, image2, image3, mask: uploaded.mask })
  return {
    graph: fillIn(workflow, values),
    ...(workflow.output !== undefined && { output: workflow.output }),
    steps: steps ?? numberAt(workflow, 'steps') ?? 1,
    ...(workflow.places.seed && seed !== undefined && { seed }),
    parameters: given({ steps, guidance, sampler, scheduler, strength }),
  }
}

/** Only what has a value. */
function given(values: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  const entries: [string, string | number][] = []
  for (const [name, value] of Object.entries(values)) if (value !== undefined) entries.push([name, value])
  return Object.fromEntries(entries)
}
