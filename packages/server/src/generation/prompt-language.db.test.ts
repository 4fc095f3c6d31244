// Prompts that say what may vary, and pictures made again. Rules PL… and RG… in docs/spec/prompts.md.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AgainRequest, Generation, GenerationRequest, PromptPartCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { present } from '#base/errors.ts'
import { parseSidecar } from '#library/adopt.ts'
import { sidecarKey } from '#library/image-record.ts'
import { lineageOf } from '#library/lineage.ts'
import { createPromptParts } from '#prompts/parts.ts'
import { openPipeline, type Pipeline, type Process } from './testing/open.ts'
import { draws, startPaintEngine, type PaintEngine } from './testing/paint.ts'

let pipeline: Pipeline
let process: Process
let engine: PaintEngine
let connectionId: string

beforeAll(async () => {
  pipeline = await openPipeline()
  process = await pipeline.startProcess()
})
afterAll(() => pipeline.close())
beforeEach(async () => {
  engine = await startPaintEngine()
  connectionId = await connect('paint')
})
afterEach(async () => {
  await engine.close()
  await pipeline.checkInvariants()
})

const connect = async (provider: string) =>
  (await process.connections.create(pipeline.userId, { name: newId(), provider, baseUrl: engine.baseUrl })).id
const run = (more: Partial<GenerationRequest>) => pipeline.run(process, { prompt: 'a', connectionId, ...more })
const keep = (part: PromptPartCreate) =>
  createPromptParts({ db: pipeline.db, events: process.events }).create(pipeline.userId, part)
const many = 'a {red|green|blue|black|white} {fox|hen|owl|bee|cat}'

async function again(image: string, asked: AgainRequest = {}): Promise<Generation> {
  const { id } = await process.generations.again(pipeline.userId, image, asked)
  return await process.generations.wait(pipeline.userId, id, AbortSignal.timeout(15_000))
}

const imageOf = ({ images }: Generation, index = 0) => present(images[index], 'image')

describe('a prompt that varies', () => {
  it('PL30: each picture has what follows from its own seed, and the same is there again', async () => {
    const first = await run({ prompt: many, n: 4, seed: 40 })
    const prompts = first.images.map((image) => image.generationPrompt)
    expect(first).toMatchObject({ request: { prompt: many }, resolution: { seed: 40, prompts, negativePrompt: null } })
    expect(new Set(prompts).size).toBeGreaterThan(1)
    expect(engine.asked.map(({ prompt }) => prompt)).toEqual(prompts)
    expect(first.resolvedPrompt).toBe(prompts[0])
    for (const image of first.images) expect(image.typedPrompt).toBe(many)
    const alone = await run({ prompt: many, seed: 42 })
    expect(imageOf(alone).generationPrompt).toBe(prompts[2])
  })

  it('PL31: pictures of one call have one prompt, so that those with another are a call of their own', async () => {
    const done = await run({ prompt: '{a fox|a fox|a hen}', n: 8, model: 'batch', seed: 0 })
    const prompts = present(done.resolution, 'resolution').prompts
    expect(new Set(prompts)).toEqual(new Set(['a fox', 'a hen']))
    expect(engine.asked.flatMap(({ prompt, n }) => Array.from({ length: n }, () => prompt))).toEqual(prompts)
    expect(Math.max(...engine.asked.map(({ n }) => n))).toBeGreaterThan(1)
    expect(done.images.map((image) => image.generationPrompt)).toEqual(prompts)
    engine.asked.length = 0
    await run({ prompt: 'a {fox|fox}', n: 4, model: 'batch' })
    expect(engine.asked.map(({ prompt, n }) => [prompt, n])).toEqual([['a fox', 4]])
  })

  it('PL32: where the engine takes no seed, one is drawn by lot for the words and kept', async () => {
    const done = await run({ prompt: many, model: 'seedless', n: 3 })
    expect(done.seed).toBeNull()
    const { seed, prompts } = present(done.resolution, 'resolution')
    const repeated = await run({ prompt: many, model: 'seedless', n: 3, seed })
    expect(repeated.resolution?.prompts).toEqual(prompts)
  })

  it('PL33: the typed prompt stands beside the drawn one in the record', async () => {
    const image = imageOf(await run({ prompt: 'a {red|red} fox' }))
    expect(image).toMatchObject({ generationPrompt: 'a red fox', typedPrompt: 'a {red|red} fox' })
    const sidecar = parseSidecar(await pipeline.files.read(sidecarKey(image.filepath)))
    expect(sidecar).toMatchObject({ prompt: 'a red fox', typedPrompt: 'a {red|red} fox' })
    expect(imageOf(await run({ prompt: '{"a": 1}' }))).toMatchObject({
      generationPrompt: '{"a": 1}',
      typedPrompt: null,
    })
  })

  it('PL34: who gave the request to us decides whether braces are letters, unless the request says it', async () => {
    const prompt = 'a {red|red} fox'
    const drawn = async (origin: 'easel' | 'profiles' | 'history', promptLanguage?: boolean) => {
      const request = { prompt, connectionId, ...(promptLanguage === undefined ? {} : { promptLanguage }) }
      return imageOf(await pipeline.run(process, request, { origin })).generationPrompt
    }
    expect(await drawn('easel')).toBe('a red fox')
    expect(await drawn('easel', false)).toBe(prompt)
    expect(await drawn('history')).toBe(prompt)
    expect(await drawn('profiles')).toBe(prompt)
    expect(await drawn('profiles', true)).toBe('a red fox')
  })

  it('PL35: what cannot be read is refused before anything is kept or sent', async () => {
    const before = await pipeline.db.selectFrom('generations').select('id').execute()
    await keep({ kind: 'list', name: 'long', text: 'x'.repeat(20_000) })
    for (const [prompt, words] of [
      ['a {b', 'is not closed'],
      ['__nobody__', 'nobody'],
      ['__long____long__', 'longer than'],
      ['{|}', 'empty'],
    ] as const) {
      const fields = [{ field: 'body.prompt', message: expect.stringContaining(words) }]
      await expect(run({ prompt })).rejects.toMatchObject({ code: 'validation-failed', fields })
      const estimate = process.generations.estimate(pipeline.userId, { prompt, connectionId })
      if (words !== 'longer than' && words !== 'empty') await expect(estimate).rejects.toMatchObject({ fields })
    }
    await expect(run({ prompt: 'x', refinedPrompt: '{a' })).rejects.toMatchObject({
      fields: [{ field: 'body.refinedPrompt' }],
    })
    await expect(run({ styles: ['nobody'] })).rejects.toMatchObject({ fields: [{ field: 'body.styles' }] })
    expect(await pipeline.db.selectFrom('generations').select('id').execute()).toHaveLength(before.length)
    expect(engine.asked).toHaveLength(0)
  })

  it('PL36: styles are put around it, and what they leave out is left out', async () => {
    await keep({ kind: 'style', name: 'In oil', text: '{prompt}, oil on canvas', negativePrompt: 'photo' })
    await keep({ kind: 'style', name: 'Fog', text: 'in fog', negativePrompt: null })
    const done = await run({
      prompt: 'a fox',
      negativePrompt: 'text',
      styles: ['in OIL', 'Fog'],
      promptLanguage: false,
    })
    expect(done).toMatchObject({
      request: { prompt: 'a fox', negativePrompt: 'text' },
      resolvedPrompt: 'a fox, oil on canvas, in fog',
      images: [{ negativePrompt: 'text, photo', typedPrompt: 'a fox' }],
    })
  })

  it('PL37: what gave no picture is tried again word for word, and a picture’s request anew', async () => {
    await keep({ kind: 'list', name: 'colour', text: 'red\ngreen\nblue\nblack\nwhite\npink\ngrey\ngold' })
    engine.onDraw((reply) => reply.json(400, { error: 'no' }))
    const failed = await run({ prompt: 'a __colour__ fox __colour__ __colour__', n: 2 })
    expect(failed.state).toBe('failed')
    engine.onDraw(draws)
    const retried = await process.generations.retry(pipeline.userId, failed.id)
    const done = await process.generations.wait(pipeline.userId, retried.id, AbortSignal.timeout(15_000))
    expect(done).toMatchObject({ state: 'succeeded', resolution: failed.resolution, seed: failed.seed })
    const free = await run({ prompt: 'a __colour__ fox', model: 'seedless' })
    const next = await process.generations.retry(pipeline.userId, free.id)
    expect(next.request.prompt).toBe(free.request.prompt)
    expect(next.resolution?.seed).not.toBe(free.resolution?.seed)
    await process.generations.wait(pipeline.userId, next.id, AbortSignal.timeout(15_000))
  })
})

describe('a picture again', () => {
  it('RG1: the same words, seed and settings, though the list has changed', async () => {
    const list = await keep({ kind: 'list', name: 'animal', text: 'fox\nhen\nowl\nbee' })
    const first = await run({ prompt: 'a __animal__', n: 3, size: '32x32', steps: 5, negativePrompt: 'fog' })
    await createPromptParts({ db: pipeline.db, events: process.events }).remove(pipeline.userId, list.id)
    engine.asked.length = 0
    const image = imageOf(first, 2)
    const same = await again(image.id)
    const { generationPrompt, seed, width, parameters, negativePrompt } = image
    expect(same).toMatchObject({ parentId: first.id, adjustments: [], request: { prompt: 'a __animal__' } })
    expect(same.images).toHaveLength(1)
    expect(imageOf(same)).toMatchObject({
      generationPrompt,
      seed,
      width,
      parameters,
      negativePrompt,
      parentId: image.id,
    })
    expect(imageOf(same).typedPrompt).toBe('a __animal__')
    expect(imageOf(await again(imageOf(same).id))).toMatchObject({ generationPrompt, seed })
  })

  it('RG2: what cannot be the same is said, or refused where nothing may differ', async () => {
    const image = imageOf(await run({ prompt: 'a fox', model: 'seedless' }))
    const reason = expect.stringContaining('no seed')
    expect(await again(image.id)).toMatchObject({ adjustments: [{ field: 'seed', asked: null, used: null, reason }] })
    await expect(process.generations.again(pipeline.userId, image.id, { strict: true })).rejects.toMatchObject({
      code: 'unsupported-option',
      fields: [{ field: 'body.seed' }],
    })
    const gone = await connect('plain-paint')
    const other = imageOf(await run({ prompt: 'a fox', seed: 7, connectionId: gone }))
    await process.connections.remove(pipeline.userId, gone)
    await process.connections.create(pipeline.userId, {
      name: newId(),
      provider: 'paint',
      baseUrl: engine.baseUrl,
      isDefault: true,
    })
    const instead = await again(other.id)
    expect(instead.adjustments.map(({ field }) => field)).toEqual(expect.arrayContaining(['connection', 'model']))
    expect(instead).toMatchObject({ state: 'succeeded', resolvedPrompt: 'a fox' })
  })

  it('RG3: varied it has new seeds, and from them new words', async () => {
    const first = await run({ prompt: many, seed: 3 })
    const varied = await again(imageOf(first).id, { vary: true, n: 3 })
    expect(varied).toMatchObject({ request: { prompt: many }, parentId: first.id, adjustments: [] })
    expect(varied.images).toHaveLength(3)
    expect(varied.request.seed).toBeUndefined()
    const { parents, children } = await lineageOf(pipeline.db, pipeline.userId, imageOf(varied).id)
    expect([parents.map(({ id }) => id), children]).toEqual([[imageOf(first).id], []])
    const below = await lineageOf(pipeline.db, pipeline.userId, imageOf(first).id)
    expect(below.children.map(({ id }) => id).toSorted()).toEqual(varied.images.map(({ id }) => id).toSorted())
  })

  it('RG4: a refined prompt is drawn again as it was refined', async () => {
    const first = await run({ prompt: 'a fox', refinedPrompt: 'a red fox at dawn' })
    for (const vary of [false, true]) {
      const next = imageOf(await again(imageOf(first).id, { vary }))
      expect(next).toMatchObject({ generationPrompt: 'a red fox at dawn', typedPrompt: 'a fox' })
    }
  })

  it('RG5: what was drawn as letters is drawn as letters again', async () => {
    const prompt = 'a {red|blue} fox'
    const first = await pipeline.run(process, { prompt, connectionId }, { origin: 'history' })
    for (const vary of [false, true]) {
      expect(imageOf(await again(imageOf(first).id, { vary })).generationPrompt).toBe(prompt)
    }
  })

  it('RG6: parents and children are those of the library that are not in the trash', async () => {
    const source = imageOf(await run({ prompt: 'a' }))
    const mixed = imageOf(await run({ prompt: 'b' }))
    const child = imageOf(await run({ prompt: 'c', sources: [source.id, mixed.id] }))
    expect((await lineageOf(pipeline.db, pipeline.userId, child.id)).parents.map(({ id }) => id)).toEqual([
      source.id,
      mixed.id,
    ])
    await process.images.remove(pipeline.userId, source.id)
    expect((await lineageOf(pipeline.db, pipeline.userId, child.id)).parents.map(({ id }) => id)).toEqual([mixed.id])
    const other = await pipeline.addUser('user')
    await expect(lineageOf(pipeline.db, other, child.id)).rejects.toMatchObject({ code: 'not-found' })
  })
})
