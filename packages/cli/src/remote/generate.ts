import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Easel, Generation, GenerationRequest } from '@easel/client'
import { Id, routes } from '@easel/contract'
import { Stopped } from '../stopped.ts'
import { openDrawingBar } from './drawing-bar.ts'
import { exit, plain } from './exit.ts'
import { openFile } from './open-file.ts'
import { savePictures, type Saved } from './save.ts'

/** The options of `easel generate`. */
export interface GenerateWish {
  readonly engine?: string
  readonly model?: string
  readonly size?: string
  readonly aspect?: string
  readonly seed?: number
  readonly n?: number
  readonly negative?: string
  readonly steps?: number
  readonly quality?: string
  readonly tag?: readonly string[]
  readonly image?: readonly string[]
  readonly out?: string
  readonly wait: boolean
  readonly open?: boolean
  readonly json?: boolean
}

async function connectionId(easel: Easel, name: string): Promise<string> {
  const { data } = await easel.call(routes.listConnections, {})
  const found = data.find((one) => one.id === name || one.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found.id
  const names = data.map((one) => `  ${plain(one.name)}`).join('\n')
  throw new Stopped(`There is no engine "${name}". There are:\n${names}`)
}

/** A picture to work from, by its id or as a file, which is brought into the library. */
async function sourceId(easel: Easel, image: string): Promise<string> {
  if (Id.safeParse(image).success) return image
  const bytes = await readFile(image).catch((error: unknown) => {
    throw new Stopped(error instanceof Error ? error.message : String(error))
  })
  return (await easel.upload({ name: basename(image), bytes })).image.id
}

async function requestOf(easel: Easel, prompt: string, wish: GenerateWish): Promise<GenerationRequest> {
  const sources: string[] = []
  for (const image of wish.image ?? []) sources.push(await sourceId(easel, image))
  const said = {
    model: wish.model,
    size: wish.size,
    aspectRatio: wish.aspect,
    seed: wish.seed,
    n: wish.n,
    negativePrompt: wish.negative,
    steps: wish.steps,
    quality: wish.quality,
    connectionId: wish.engine === undefined ? undefined : await connectionId(easel, wish.engine),
    sources: sources.length === 0 ? undefined : sources,
    tags: wish.tag?.map((tagId) => ({ tagType: 'LABEL' as const, tagId })),
  }
  return { prompt, ...said }
}

async function waitFor(easel: Easel, id: string): Promise<Generation | null> {
  const bar = openDrawingBar()
  const left = new AbortController()
  const leave = () => left.abort()
  process.once('SIGINT', leave)
  try {
    return await easel.wait(id, { signal: left.signal, onProgress: (progress) => bar.show(progress) })
  } catch (error) {
    if (left.signal.aborted) return null
    throw error
  } finally {
    process.off('SIGINT', leave)
    bar.end()
  }
}

interface Ended {
  readonly generation: Generation
  readonly saved: readonly Saved[]
}

function tellJson({ generation, saved }: Ended): void {
  const { id, state, connectionName: engine, model, images, adjustments, error } = generation
  const pictures = images.map((image) => ({
    id: image.id,
    path: saved.find((one) => one.id === image.id)?.path ?? null,
    width: image.width,
    height: image.height,
    mimeType: image.mimeType,
    seed: image.seed,
  }))
  const why = error === null ? null : { kind: error.kind, message: error.message, retryable: error.retryable }
  console.log(JSON.stringify({ id, state, engine, model, images: pictures, adjustments, error: why }))
}

/** `easel generate`. Paths stand on standard output, everything else on standard error. @throws ApiError, Stopped */
export async function generate(easel: Easel, prompt: string, wish: GenerateWish): Promise<number> {
  const submitted = await easel.submit(await requestOf(easel, prompt, wish))
  const { id } = submitted
  if (!wish.wait) {
    if (wish.json === true) tellJson({ generation: submitted, saved: [] })
    else console.log(id)
    return exit.done
  }
  const generation = await waitFor(easel, id)
  if (generation === null) {
    console.error(`It goes on without you. Later: easel get ${id}`)
    return exit.interrupted
  }
  const saved: Saved[] = []
  await savePictures(
    easel,
    generation.images.map((image) => image.id),
    {
      out: wish.out,
      onSaved(one) {
        saved.push(one)
        if (wish.json !== true) console.log(one.path)
      },
    },
  )
  if (wish.json === true) tellJson({ generation, saved })
  for (const { field, reason } of generation.adjustments) console.error(plain(`${field}: ${reason}`))
  if (generation.error !== null) console.error(plain(generation.error.message))
  if (wish.open === true) for (const { path } of saved) openFile(path)
  return generation.state === 'succeeded' && generation.error === null ? exit.done : exit.failed
}
