import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EaselError } from '#base/errors.ts'
import { openPipeline } from '#generation/testing/open.ts'
import { createCollections } from '#library/collections.ts'
import { keepImage } from '#library/keep.ts'
import { createQuotas } from '#library/quotas.ts'
import { recountUsage } from '#library/usage.ts'
import { sidecarKey } from '#library/image-record.ts'
import { recordOf } from '#library/testing.ts'
import { picture } from '#media/testing.ts'
import { probe } from '#media/probe.ts'
import {
  startFakeCompatible,
  type CompatibleBehaviour,
  type FakeCompatible,
} from '#providers/openai-compatible/fake-openai-compatible.ts'
import { provider as compatible } from '#providers/openai-compatible/provider.ts'
import { paintProvider } from '#generation/testing/paint.ts'
import { createWriting, type Writing } from './writing.ts'

const providers = [compatible, paintProvider()]
const going = () => new AbortController().signal
const noLimits = { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null }

type Pipeline = Awaited<ReturnType<typeof openPipeline>>
type Process = Awaited<ReturnType<Pipeline['startProcess']>>

let pipeline: Pipeline
let process: Process
let fake: FakeCompatible
let writing: Writing
let connectionId: string

beforeEach(async () => {
  pipeline = await openPipeline()
  process = await pipeline.startProcess({ works: false, providers })
  fake = await startFakeCompatible({ dialect: 'localai' })
  writing = open()
  connectionId = await connect('Words')
})
afterEach(async () => {
  await fake.close()
  await pipeline.close()
})

function open(more: object = {}): Writing {
  const byId = new Map(providers.map((provider) => [provider.manifest.id, provider]))
  return createWriting({ ...process, db: pipeline.db, log: pipeline.log, providers: byId, ...more })
}

async function connect(name: string, of = pipeline.userId, more: object = {}): Promise<string> {
  const engine = { name, provider: 'openai-compatible', baseUrl: fake.baseUrl, key: 'sk-words-123456', ...more }
  return (await process.connections.create(of, engine)).id
}

const chosen = () => ({ connectionId, model: 'llama-3.2' })
const behave = (more: CompatibleBehaviour) => fake.behave({ dialect: 'localai', ...more })
const asked = () => fake.requests.filter(({ path }) => path.endsWith('/chat/completions'))
const refine = (prompt = 'a fox', more: object = {}) =>
  writing.refine(pipeline.userId, { prompt, connectionId, ...more }, going())
const describeIt = (imageId: string, request: object = {}) =>
  writing.describe(pipeline.userId, imageId, { request: { connectionId, ...request }, signal: going() })

async function addImage(changes: object = {}, of = pipeline.userId) {
  const file = await picture(2400, 1200)
    .withExif({ IFD0: { Artist: 'Somebody' } })
    .png()
    .toBuffer()
  const record = recordOf(file, { width: 2400, height: 1200, ...changes })
  await keepImage(
    { db: pipeline.db, storage: process.storage, events: process.events, log: pipeline.log },
    { userId: of, bytes: file, record },
  )
  return record.id
}

describe('which text model writes', () => {
  it('WR8: nobody’s does until one is chosen', async () => {
    expect(await writing.get(pipeline.userId)).toBeNull()
    const failed = writing.refine(pipeline.userId, { prompt: 'a fox' }, going())
    await expect(failed).rejects.toMatchObject({ code: 'no-text-model' })
    expect(asked()).toHaveLength(0)
  })

  it('WR8: the choice holds until it is taken back, or its connection is removed', async () => {
    await writing.set(pipeline.userId, chosen())
    expect(await writing.get(pipeline.userId)).toEqual(chosen())
    const other = { ...chosen(), model: 'another' }
    expect(await writing.set(pipeline.userId, other)).toEqual(other)
    await writing.refine(pipeline.userId, { prompt: 'a fox' }, going())
    expect(asked().at(-1)?.json()).toMatchObject({ model: 'another' })
    await writing.set(pipeline.userId, null)
    expect(await writing.get(pipeline.userId)).toBeNull()
    await writing.set(pipeline.userId, chosen())
    await process.connections.remove(pipeline.userId, connectionId)
    expect(await writing.get(pipeline.userId)).toBeNull()
  })

  it('WR8: an engine without text models cannot be chosen, nor somebody else’s', async () => {
    const paint = await connect('Paint', pipeline.userId, { provider: 'paint' })
    const theirs = await connect('Theirs', await pipeline.addUser('user'))
    for (const id of [paint, theirs]) {
      const failed = writing.set(pipeline.userId, { connectionId: id, model: 'm' })
      await expect(failed).rejects.toMatchObject({ code: 'validation-failed' })
    }
  })

  it('WR8: one that an administrator shares can be chosen by all, without its key', async () => {
    const shared = await connect('Shared', await pipeline.addUser(), { shared: true })
    const user = await pipeline.addUser('user')
    await writing.set(user, { connectionId: shared, model: 'llama-3.2' })
    const { prompt } = await writing.refine(user, { prompt: 'a fox' }, going())
    expect(prompt).toContain('a fox')
    expect(asked().at(-1)?.headers.authorization).toBe('Bearer sk-words-123456')
  })

  it('WR8: a request may name another connection, and gets the first model that it has', async () => {
    await writing.set(pipeline.userId, { connectionId: await connect('Other'), model: 'elsewhere' })
    expect(await refine()).toMatchObject({ connectionId, model: 'llama-3.2' })
  })
})

describe('prompts', () => {
  it('WR9: a prompt is rewritten, and nothing is kept', async () => {
    expect(await refine('a fox')).toEqual({
      prompt: 'a fox, at golden hour, in fine detail',
      connectionId,
      model: 'llama-3.2',
      cost: null,
    })
    expect(asked()[0]?.json()).toMatchObject({ messages: [{ role: 'system' }, { role: 'user', content: 'a fox' }] })
    expect(pipeline.lines.join('')).not.toContain('golden hour')
  })

  it.each([
    ['"a red fox"', 'a red fox'],
    ['“a red fox”', 'a red fox'],
    ['```text\na red fox\n```', 'a red fox'],
    ['**Refined prompt:** a red fox', 'a red fox'],
    ['"Fox" and "hound"', '"Fox" and "hound"'],
    ['a\0 red fox', 'a red fox'],
  ])('WR9: of %j the prompt alone is taken', async (words, prompt) => {
    behave({ words })
    expect(await refine()).toMatchObject({ prompt })
  })

  it.each([
    ['""', /empty/],
    ['fox '.repeat(2000), /8000|characters/],
  ])('WR10: an answer that is empty or absurdly long is refused', async (words, message) => {
    behave({ words })
    await expect(refine()).rejects.toMatchObject({ code: 'provider-failed', message: expect.stringMatching(message) })
  })

  it('WR10: a long prompt may come back longer', async () => {
    const typed = 'a fox '.repeat(400)
    behave({ words: 'a red fox '.repeat(600) })
    expect((await refine(typed)).prompt.length).toBeGreaterThan(5000)
  })

  it('WR11: a refusal is told in the engine’s words', async () => {
    behave({ failure: 'refused' })
    const refused = { code: 'content-refused', message: 'I cannot help with that.' }
    await expect(refine()).rejects.toMatchObject(refused)
  })

  it('WR11: a model that says nothing in time is given up', async () => {
    behave({ failure: 'stall' })
    writing = open({ timeoutMs: 200 })
    const failed = refine('a fox', { model: 'llama-3.2' })
    await expect(failed).rejects.toMatchObject({ code: 'provider-failed', message: expect.stringContaining('within') })
    await expect(failed).rejects.toBeInstanceOf(EaselError)
  })

  it('WR11: whoever goes away stops it', async () => {
    behave({ failure: 'stall' })
    const abort = new AbortController()
    const failed = writing.refine(pipeline.userId, { prompt: 'a fox', ...chosen() }, abort.signal)
    await expect.poll(() => asked().length).toBe(1)
    abort.abort()
    await expect(failed).rejects.toMatchObject({ kind: 'interrupted' })
    await expect.poll(() => asked()[0]?.left.aborted).toBe(true)
  })
})

describe('pictures', () => {
  it('WR12: the model is shown a small copy without metadata', async () => {
    const id = await addImage()
    const kept = await process.storage.read((await process.images.row(pipeline.userId, id))?.storage_key ?? '')
    expect(Buffer.from(kept ?? []).includes('Somebody')).toBe(true)
    await describeIt(id)
    const body = JSON.stringify(asked()[0]?.json())
    const [, base64 = ''] = /data:image\/jpeg;base64,([\w+/=]+)/.exec(body) ?? []
    const shown = Buffer.from(base64, 'base64')
    expect(probe(shown)).toMatchObject({ mimeType: 'image/jpeg', width: 1024, height: 512 })
    expect(shown.includes('Somebody')).toBe(false)
  })

  it('WR13, LB11: what it says becomes the description of a picture that has none, beside its file too', async () => {
    const id = await addImage()
    const { db, log, userId } = pipeline
    const collections = createCollections({ ...process, db, log, trashDays: 30 })
    const album = await collections.albums.create(userId, { name: 'Foxes' })
    await collections.albums.add(userId, album.id, [id])
    writing = open({ sidecars: collections.sidecars })
    const { description, saved, image } = await describeIt(id)
    expect([saved, image.description]).toEqual([true, description])
    await collections.sidecars.writeAll()
    await collections.close()
    const row = await process.images.row(userId, id)
    const sidecar = await process.storage.read(sidecarKey(row?.storage_key ?? ''))
    // LB11: it has one writer, which knows of everything.
    expect(JSON.parse(Buffer.from(sidecar ?? []).toString())).toMatchObject({
      id,
      description,
      albums: [{ id: album.id, name: 'Foxes' }],
    })
    expect(row?.sidecar_due).toBe(false)
  })

  it('WR13: a description that is there stays, unless it is to be replaced', async () => {
    const id = await addImage({ description: 'A fox.' })
    expect(await describeIt(id)).toMatchObject({ saved: false, image: { description: 'A fox.' } })
    const { description, ...rest } = await describeIt(id, { replace: true })
    expect(rest).toMatchObject({ saved: true, image: { description } })
  })

  it('WR13: somebody else’s picture, one in the trash and a damaged one are not shown to anybody', async () => {
    const theirs = await addImage({}, await pipeline.addUser())
    const trashed = await addImage()
    await process.images.remove(pipeline.userId, trashed)
    for (const id of [theirs, trashed]) await expect(describeIt(id)).rejects.toMatchObject({ code: 'not-found' })
    const damaged = await addImage()
    await pipeline.db.updateTable('images').set({ damage: 'torn' }).where('id', '=', damaged).execute()
    await expect(describeIt(damaged)).rejects.toMatchObject({ code: 'unsupported-media-type' })
    expect(asked()).toHaveLength(0)
  })
})

describe('money', () => {
  it('WR14: what the engine says it cost counts against the month, also after a recount', async () => {
    behave({ chatCost: 0.25 })
    expect(await refine()).toMatchObject({ cost: { amount: 0.25, currency: 'USD' } })
    await describeIt(await addImage())
    expect((await process.quotas.usage(pipeline.userId)).used.moneyAMonth).toBeCloseTo(0.5)
    await recountUsage(pipeline.db)
    expect((await process.quotas.usage(pipeline.userId)).used.moneyAMonth).toBeCloseTo(0.5)
  })

  it('WR14: what cannot be used has been paid all the same', async () => {
    behave({ chatCost: 0.25, words: '""' })
    await expect(refine()).rejects.toMatchObject({ code: 'provider-failed' })
    expect((await process.quotas.usage(pipeline.userId)).used.moneyAMonth).toBeCloseTo(0.25)
  })

  it('WR14: once the month’s money is spent no model is asked', async () => {
    const quota = { ...noLimits, moneyAMonth: 0.2 }
    const quotas = createQuotas({ db: pipeline.db, defaults: () => ({ quota, guestQuota: quota }) })
    writing = open({ quotas })
    behave({ chatCost: 0.25 })
    await refine()
    await expect(refine()).rejects.toMatchObject({ code: 'quota-exceeded' })
    expect(asked()).toHaveLength(1)
  })
})
