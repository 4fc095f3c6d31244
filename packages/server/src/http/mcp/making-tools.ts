// Tools that make pictures: generate, edit, wait.
import { ImageSpec, type GenerationRequest } from '@easel/contract'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import type { Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'
import { generationResult, type ShownPorts } from './shown.ts'
import { defineTool, type Tool, type Use } from './tool.ts'

export interface MakingPorts extends ShownPorts {
  readonly connections: Connections
  readonly events: Events
  readonly generations: Generations
}

/** Clients commonly give up after 60 s in which they heard nothing. */
const usualWaitSeconds = 50
const longestWaitSeconds = 600

const waiting = {
  waitSeconds: z
    .int()
    .min(0)
    .max(longestWaitSeconds)
    .default(usualWaitSeconds)
    .describe('How long to wait for the end. 0 answers at once; wait_for_generation asks again later.'),
  show: z.boolean().default(true).describe('Whether the answer holds the pictures themselves, at most four.'),
}

const { prompt, negativePrompt, n, size, aspectRatio, seed, steps, quality, style } = ImageSpec.shape
const wanted = {
  prompt: prompt.describe('What the picture shows.'),
  negativePrompt: negativePrompt.describe('What it must not show, where the model can do that.'),
  connection: z.string().max(300).optional().describe('Name or id of an engine, from list_models. Absent: the usual.'),
  model: z.string().min(1).max(300).optional().describe('Id of a model of that engine. Absent: its usual one.'),
  n: n.describe('How many pictures.'),
  size: size.describe('Width x height in pixels, such as 1024x768.'),
  aspectRatio: aspectRatio.describe('Such as 16:9; used without a size.'),
  seed: seed.describe('The same seed draws the same again, where the model has seeds.'),
  steps,
  quality,
  style,
  tags: z.array(z.string().min(1).max(200)).max(20).optional().describe('Labels to put on the pictures.'),
  ...waiting,
}

const Wanted = z.object(wanted)
const Edited = z.object({
  ...wanted,
  prompt: prompt.describe('What is to become of the picture.'),
  images: z
    .array(z.uuid())
    .min(1)
    .max(16)
    .describe('Ids of pictures of the library to work from, the most important first.'),
  mask: z.uuid().optional().describe('Id of a picture of the same size: what is transparent in it is drawn anew.'),
  strength: ImageSpec.shape.strength.describe('How far it may move away from the picture, 0 to 1.'),
})

type Asked = z.output<typeof Wanted> & Partial<Pick<z.output<typeof Edited>, 'images' | 'mask' | 'strength'>>

async function connectionOf(
  connections: Connections,
  userId: string,
  name: string | undefined,
): Promise<string | undefined> {
  if (name === undefined) return undefined
  const list = await connections.list(userId)
  const found =
    list.find(({ id }) => id === name) ?? list.find((one) => one.name.toLowerCase() === name.trim().toLowerCase())
  if (found !== undefined) return found.id
  const names = list.map((one) => `"${one.name}"`).join(', ')
  throw new EaselError('validation-failed', `connection: there is none of that name. There are ${names}.`)
}

async function requestOf(connections: Connections, userId: string, asked: Asked): Promise<GenerationRequest> {
  const { connection, tags, images, waitSeconds: _wait, show: _show, ...spec } = asked
  const connectionId = await connectionOf(connections, userId, connection)
  return {
    ...spec,
    // Braces in what a model writes are letters, not choices.
    promptLanguage: false,
    ...(connectionId === undefined ? {} : { connectionId }),
    ...(images === undefined ? {} : { sources: images }),
    ...(tags === undefined ? {} : { tags: tags.map((tagId) => ({ tagType: 'LABEL' as const, tagId })) }),
  }
}

/** Waits for the end and says on the way how far it is. Whoever leaves ends the waiting. */
async function waitFor(
  { events, generations }: Pick<MakingPorts, 'events' | 'generations'>,
  { caller: { userId }, signal, tell }: Use,
  { id, seconds }: { readonly id: string; readonly seconds: number },
) {
  if (seconds === 0) return await generations.get(userId, id)
  const stop = await events.subscribe(userId, null, ({ event }) => {
    if (!('generationId' in event) || event.generationId !== id) return
    if (event.type === 'generation.running') tell({ completed: 0, words: 'It is being drawn' })
    if (event.type !== 'generation.progress') return
    const { completed, total } = event
    tell({ completed, total, words: `${completed} of ${total} steps` })
  })
  try {
    const until = AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)])
    return await generations.wait(userId, id, until)
  } finally {
    stop()
  }
}

export function makingTools(ports: MakingPorts): readonly Tool[] {
  const { connections, generations } = ports

  async function make(asked: Asked, use: Use) {
    const { userId } = use.caller
    await use.count('generate')
    const { id } = await generations.submit(userId, await requestOf(connections, userId, asked), { origin: 'easel' })
    await use.call.began(id)
    const generation = await waitFor(ports, use, { id, seconds: asked.waitSeconds })
    if (use.call.isUnwanted()) await generations.cancel(userId, id)
    return await generationResult(ports, use, { generation, show: asked.show })
  }

  return [
    defineTool({
      name: 'generate_image',
      title: 'Make pictures from words',
      description:
        'Draws one or more pictures from a prompt and keeps them in the library. Gives the pictures with their ids, or, when it takes longer, the id of the generation to wait for. Cancelling the call cancels the generation.',
      scope: 'generate',
      input: Wanted,
      run: make,
    }),
    defineTool({
      name: 'edit_image',
      title: 'Change pictures by words',
      description:
        'Makes new pictures from pictures of the library and a prompt; the old ones stay as they are. Not every model can: list_models says which take pictures and masks. Cancelling the call cancels the generation.',
      scope: 'generate',
      input: Edited,
      run: make,
    }),
    defineTool({
      name: 'wait_for_generation',
      title: 'Wait for a generation',
      description:
        'Waits until a generation is done and gives its pictures, or says how far it is. It goes on whether or not anybody waits.',
      scope: 'read',
      input: z.object({ id: z.uuid().describe('Of the generation.'), ...waiting }),
      async run({ id, waitSeconds: seconds, show }, use) {
        const generation = await waitFor(ports, use, { id, seconds })
        return await generationResult(ports, use, { generation, show })
      },
    }),
  ]
}
