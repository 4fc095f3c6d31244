import { z } from 'zod'

/** One node of an API-format workflow. */
const GraphNode = z.looseObject({ class_type: z.string(), inputs: z.record(z.string(), z.unknown()) })
export const Graph = z.record(z.string(), GraphNode)
export type Graph = z.infer<typeof Graph>

const nodeErrors = z.record(
  z.string(),
  z.object({
    class_type: z.string().optional(),
    errors: z.array(
      z.object({
        type: z.string().default(''),
        message: z.string().default(''),
        details: z.string().default(''),
        extra_info: z.looseObject({ input_name: z.string().optional() }).nullish(),
      }),
    ),
  }),
)
export type NodeErrors = z.infer<typeof nodeErrors>

// Some answers without errors hold an empty list where others hold an empty object.
const maybeNodeErrors = z.union([nodeErrors, z.tuple([])]).optional()

export const promptAnswer = z.object({ prompt_id: z.string().min(1), node_errors: maybeNodeErrors })

export const promptRefusal = z.object({ node_errors: maybeNodeErrors })

export const uploadAnswer = z.object({ name: z.string().min(1), subfolder: z.string().default('') })

const picture = z.object({
  filename: z.string(),
  subfolder: z.string().default(''),
  type: z.string().default('output'),
})
export type Picture = z.infer<typeof picture>

/** A job as the server keeps it: its number, its id, its graph, and what else came with it. */
const keptJob = z.array(z.unknown()).transform(([, id, , extra]) => ({
  id: z.string().catch('').parse(id),
  /** The `client_id` that it was sent with. */
  client: z.object({ client_id: z.string() }).catch({ client_id: '' }).parse(extra).client_id,
}))
export type KeptJob = z.infer<typeof keptJob>

const historyEntry = z.object({
  prompt: keptJob.optional(),
  outputs: z.record(z.string(), z.looseObject({ images: z.array(picture).optional() })).default({}),
  status: z
    .object({
      status_str: z.string().optional(),
      messages: z.array(z.tuple([z.string(), z.unknown()])).default([]),
    })
    .nullish(),
})
export type HistoryEntry = z.infer<typeof historyEntry>

export const historyAnswer = z.record(z.string(), historyEntry)

export const queueAnswer = z.object({ queue_running: z.array(keptJob), queue_pending: z.array(keptJob) })

/** What `execution_error` tells, on the socket and in the history. */
export const executionError = z.object({
  node_id: z.union([z.string(), z.number()]).nullish(),
  node_type: z.string().nullish(),
  exception_message: z.string().nullish(),
  exception_type: z.string().nullish(),
})

/** A message on the socket. Servers have many more types, and extensions add their own. */
export const socketMessage = z.object({
  type: z.string(),
  data: z.looseObject({
    prompt_id: z.string().nullish(),
    node: z.string().nullish(),
    value: z.number().optional(),
    max: z.number().optional(),
  }),
})

/** What a preview of the newer kind says about itself. */
export const previewMetadata = z.looseObject({ prompt_id: z.string().optional() })

const nodeInfo = z.looseObject({
  input: z.looseObject({ required: z.record(z.string(), z.array(z.unknown())).default({}) }),
})
export const objectInfo = z.record(z.string(), nodeInfo)

const combo = z.looseObject({ options: z.array(z.unknown()) })

/** The values that an input may have: `[["a", "b"], {}]` of older servers and `["COMBO", {"options": ["a", "b"]}]` of newer. */
export function choicesOf(info: z.infer<typeof objectInfo>, node: string, input: string): readonly string[] {
  const [first, second] = info[node]?.input.required[input] ?? []
  const newer = combo.safeParse(second)
  const values = Array.isArray(first) ? first : newer.success ? newer.data.options : []
  return values.filter((value) => typeof value === 'string')
}

/** All that is needed to take up a job again, in another process too. */
export const Operation = z.object({
  promptId: z.string(),
  clientId: z.string(),
  /** How many pictures were asked for. */
  n: z.int(),
  /** Steps to be expected, until the engine tells. */
  steps: z.int(),
  /** The node whose pictures count; absent: any. */
  output: z.string().optional(),
  seed: z.number().optional(),
  parameters: z.record(z.string(), z.union([z.string(), z.number()])),
  /** What the engine found wrong with parts of the workflow while it took the rest. */
  warnings: z.string(),
  /** False once the socket could not be opened: then the history is looked at instead. */
  socket: z.boolean(),
  /** Nobody knows yet whether the engine took the job. */
  prepared: z.boolean().optional(),
  /** It was looked for in vain once. */
  missed: z.boolean().optional(),
  /** Its graph is somebody's own and may hold nodes that call paid services. */
  mayCost: z.boolean().optional(),
})
export type Operation = z.infer<typeof Operation>
