import { randomInt, randomUUID } from 'node:crypto'
import type { ModelInfo } from '@easel/contract'
import { toJson, type Json } from '#base/json.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { ask } from './ask.ts'
import { noModel, noWorkflow, unknownModel } from './errors.ts'
import { builtInGraph, type Settings } from './graphs.ts'
import { parseAnswer } from '../kit/schema.ts'
import { cancel, poll, takenAs } from './job.ts'
import { builtInFor, modelsOf, usualStrength, workflowModel, type BuiltIn } from './models.ts'
import { options, settings } from './options.ts'
import { sendJob } from './send.ts'
import { uploadPictures, type Uploaded } from './upload.ts'
import { choicesOf, objectInfo, Operation, type Graph } from './wire.ts'
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
  prepare,
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

/** What is known of a job before anything is sent, and what is to be run. */
interface Plan {
  readonly facts: Pick<Operation, 'output' | 'steps' | 'seed' | 'parameters'>
  graph(uploaded: Uploaded): Graph
}

function prepare(request: ImageRequest, context: CallContext): Json {
  const { facts } = planFor(request, settings.parse(context.settings))
  const ids = { promptId: randomUUID(), clientId: randomUUID() }
  const mayCost = request.model === workflowModel
  return toJson({ ...facts, ...ids, n: request.n, warnings: '', socket: true, prepared: true, mayCost })
}

async function start(request: ImageRequest, context: RunContext, prepared?: Json): Promise<Outcome> {
  const job = parseAnswer(Operation, prepared ?? prepare(request, context), 'The prepared operation')
  // The seed that was chosen where none was asked for.
  const whole = job.seed === undefined ? request : { ...request, seed: job.seed }
  const plan = planFor(whole, settings.parse(context.settings))
  const graph = plan.graph(await uploadPictures(request, context))
  const { promptId, warnings } = await sendJob(graph, job, context)
  return { kind: 'pending', operation: toJson({ ...takenAs(job, promptId), warnings }), lookAgainMs: 0 }
}

/** Chooses the workflow before anything is uploaded, so that an unknown model is refused first. */
function planFor(request: ImageRequest, chosen: Settings): Plan {
  if (request.model === workflowModel) {
    const workflow = readWorkflow(chosen.workflow, chosen.inputs)
    if (workflow === null) throw noWorkflow()
    return ownPlan(request, workflow)
  }
  const model = builtInFor(request.model)
  if (model === null) throw unknownModel(request.model)
  return builtInPlan(request, model, chosen)
}

function builtInPlan(request: ImageRequest, model: BuiltIn, chosen: Settings): Plan {
  const { scheduler = model.scheduler } = options.parse(request.options)
  const { steps = model.steps, guidance = model.guidance, sampler = model.sampler, seed = randomInt(2 ** 32) } = request
  const { family, folder, file } = model
  const { prompt, n, width = model.side, height = model.side } = request
  const negative = request.negativePrompt ?? ''
  const parameters = { steps, guidance, sampler, scheduler }
  const what = { family, folder, file, prompt, negative, width, height, n, seed, ...parameters }
  return {
    facts: { output: '9', steps, seed, parameters },
    graph({ images: [image], mask }) {
      const usual = image === undefined || mask !== undefined ? 1 : usualStrength
      const strength = image === undefined ? 1 : (request.strength ?? usual)
      return builtInGraph({ ...what, strength, image, mask }, chosen)
    },
  }
}

function ownPlan(request: ImageRequest, workflow: Workflow): Plan {
  const { scheduler } = options.parse(request.options)
  const { prompt, negativePrompt: negative, width, height, seed, steps, guidance, strength, sampler } = request
  const asked = { prompt, negative, seed, width, height, steps, guidance, sampler, scheduler, strength }
  return {
    facts: {
      ...(workflow.output !== undefined && { output: workflow.output }),
      steps: steps ?? numberAt(workflow, 'steps') ?? 1,
      ...(workflow.places.seed && seed !== undefined && { seed }),
      parameters: given({ steps, guidance, sampler, scheduler, strength }),
    },
    graph({ images: [image, image2, image3], mask }) {
      return fillIn(workflow, given({ ...asked, image, image2, image3, mask }))
    },
  }
}

/** Only what has a value. */
function given(values: Readonly<Record<string, string | number | undefined>>): Record<string, string | number> {
  const entries: [string, string | number][] = []
  for (const [name, value] of Object.entries(values)) if (value !== undefined) entries.push([name, value])
  return Object.fromEntries(entries)
}
