import { createHash } from 'node:crypto'
import type { Adjustment, Estimate, FallbackFrom, GenerationRequest, PromptResolution } from '@easel/contract'
import { codeOf, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Resolved } from '#connections/choice.ts'
import type { Connections } from '#connections/connections.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Jobs } from '#jobs/jobs.ts'
import type { Quotas } from '#library/quotas.ts'
import { checkRoom } from '#library/room.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { callsOf } from './calls.ts'
import { failureFrom } from './failure.ts'
import { fit } from './fit.ts'
import { fitFallback } from './fit-fallback.ts'
import type { Fitted } from './fitted.ts'
import type { GenerationRow } from './generation-record.ts'
import { priceOf } from './price.ts'
import { asksNext, couldNotBeAsked, storyOf } from './hand-over.ts'
import {
  differentPrompts,
  notRefined,
  prepare,
  resolutionFor,
  withLeftOut,
  withStyles,
  type PreparePrompt,
} from './prompt.ts'

/** What gave a request to us; it decides the names of the files. Those of contract B are the beginnings of its names. */
export type Origin =
  | 'easel'
  | 'profiles'
  | 'history'
  | StudioOrigin
  | 'user-library'
  | 'tasks'
  | 'openai'
  | 'sdapi'
  | 'ollama'
export type StudioOrigin = 'sdxl' | 'sdxl_img2img' | 'flux' | 'flux_img2img'

export interface SubmitPorts {
  readonly db: Db
  readonly jobs: Jobs
  readonly events: Events
  readonly connections: Connections
  readonly storage: Storage
  readonly quotas: Quotas
  /** New work is refused while fewer bytes than this are free. */
  readonly minFreeBytes: number
  readonly preparePrompt: PreparePrompt
}

export interface SubmitOptions {
  readonly origin: Origin
  readonly idempotencyKey?: string | undefined
  /** The text model of the user's choice rewrites the prompt before an engine is asked; where none is chosen it is drawn as typed. */
  readonly refine?: boolean
  /** Whether the prompt says what may vary, where the request does not say it. Absent: where it was given to Easel itself. */
  readonly promptLanguage?: boolean
  /** What was made of the prompt before: the same is drawn again. */
  readonly resolution?: PromptResolution | undefined
  /** The picture that is made again or varied. */
  readonly parentImageId?: string
  /** What differs from the picture that is made again, once it is known who draws it. */
  readonly differences?: (asked: Pick<Asked, 'engine' | 'fitted'>) => readonly Adjustment[]
}

function stable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stable)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, stable(inner)]),
  )
}

/** The same for two requests that say the same, in whatever order their fields stand. */
const fingerprint = (request: GenerationRequest): string =>
  createHash('sha256')
    .update(JSON.stringify(stable(request)))
    .digest('hex')

interface Repeat {
  readonly key: string
  readonly hash: string
}

async function earlier(db: Db, userId: string, { key, hash }: Repeat): Promise<GenerationRow | null> {
  const row = await db
    .selectFrom('generations')
    .selectAll()
    .where('user_id', '=', userId)
    .where('idempotency_key', '=', key)
    .executeTakeFirst()
  if (row === undefined) return null
  if (row.idempotency_hash !== hash) {
    throw new EaselError('idempotency-mismatch', 'This Idempotency-Key was used with another request. Use a new one.')
  }
  return row
}

function refuse(field: string, message: string): never {
  throw new EaselError('validation-failed', message, { fields: [{ field: `body.${field}`, message }] })
}

/** A picture that cannot be used is refused before anything is sent. */
async function checkPictures(db: Db, userId: string, { sources = [], mask }: GenerationRequest): Promise<void> {
  const ids = [...sources, ...(mask === undefined ? [] : [mask])]
  if (ids.length === 0) return
  const rows = await db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .where('id', 'in', ids)
    .select(['id', 'mime_type', 'width', 'height', 'damage'])
    .execute()
  const found = new Map(rows.map((row) => [row.id, row]))
  for (const [position, id] of ids.entries()) {
    const field = position < sources.length ? 'sources' : 'mask'
    const row = found.get(id)
    if (row === undefined) refuse(field, `There is no picture ${id} in your library.`)
    if (row.damage !== null) refuse(field, `The picture ${id} is damaged: ${row.damage}`)
  }
  const masking = mask === undefined ? undefined : found.get(mask)
  const first = sources[0] === undefined ? undefined : found.get(sources[0])
  if (masking === undefined || first === undefined) return
  if (masking.mime_type !== 'image/png') refuse('mask', 'A mask must be a PNG.')
  if (masking.width !== first.width || masking.height !== first.height) {
    refuse('mask', `A mask must be as large as its picture, which has ${first.width}×${first.height} pixels.`)
  }
}

async function checkParent(db: Db, userId: string, { parentId }: GenerationRequest): Promise<void> {
  if (parentId === undefined) return
  const parent = await db
    .selectFrom('generations')
    .where('user_id', '=', userId)
    .where('id', '=', parentId)
    .select('id')
    .executeTakeFirst()
  if (parent === undefined) refuse('parentId', 'There is no such generation.')
}

/** What was accepted, to be kept. */
interface Draft {
  readonly userId: string
  readonly request: GenerationRequest
  readonly options: SubmitOptions
  readonly hash: string
  readonly asked: Asked
  readonly resolution: PromptResolution | null
}

/** What a request becomes: who is to draw it, and how. */
export interface Asked {
  readonly engine: Resolved
  readonly fitted: Fitted
  readonly adjustments: readonly Adjustment[]
  /** Set when the engine that was asked for could not even be asked for its models. */
  readonly from: FallbackFrom | null
  /** Of one picture, in US dollars; null: not known. */
  readonly price: number | null
}

const pricedOf = (asked: Omit<Asked, 'price'>): Asked => {
  const { connection, model } = asked.engine
  return { ...asked, price: priceOf(connection.prices, model, asked.fitted) }
}

/** The request on the fallback of the connection that it names, or null where there is none that can draw it. */
async function askFallback(
  { connections }: SubmitPorts,
  userId: string,
  { request, origin, error }: { request: GenerationRequest; origin: Origin; error: EaselError },
): Promise<Asked | null> {
  const orNext = asksNext(origin)
  const refused = { connectionId: request.connectionId, model: request.model, orNext }
  const fallback = await connections.fallbackOf(userId, refused)
  if (fallback === null) return null
  const {
    connectionId: _connection,
    model: wanted,
    tags: _tags,
    parentId: _parent,
    priority: _priority,
    ...rest
  } = request
  const { strict = false, ...spec } = rest
  const model = wanted ?? fallback.first.defaultModel
  const fitted = fitFallback({ spec, model, seed: null, reason: error.message, strict }, fallback)
  if (fitted === null) return null
  return pricedOf({ engine: fallback.engine, ...fitted, from: storyOf(fallback, model, failureFrom(error)) })
}

/** @throws what `submit` throws for an engine or a model that cannot be had */
async function askEngine(
  ports: SubmitPorts,
  userId: string,
  { request, origin }: { request: GenerationRequest; origin: Origin },
): Promise<Asked> {
  try {
    const wanted = { connectionId: request.connectionId, model: request.model }
    const engine = await ports.connections.resolve(userId, wanted)
    const model = { capabilities: engine.model.capabilities, optionsSchema: engine.provider.manifest.options }
    return pricedOf({ engine, from: null, ...fit(request, model, request.strict ?? false) })
  } catch (error) {
    const instead = couldNotBeAsked(error, origin) ? await askFallback(ports, userId, { request, origin, error }) : null
    if (instead === null) throw error
    return instead
  }
}

/** What was asked for and what is to be told of it. */
function rowFields({ request, options, resolution, asked }: Draft) {
  const separate = differentPrompts(resolution) !== undefined
  const refine = options.refine === true && request.refinedPrompt === undefined
  const { fitted } = asked
  const parent = options.parentImageId === undefined ? {} : { parent: options.parentImageId }
  return {
    fitted: JSON.stringify({ ...fitted, ...parent }),
    adjustments: JSON.stringify(refine && separate ? [...asked.adjustments, notRefined] : asked.adjustments),
    resolved_prompt: resolution?.prompts[0] ?? request.refinedPrompt ?? request.prompt,
    resolution: resolution === null ? null : JSON.stringify(resolution),
    refine: refine && !separate ? ('wanted' as const) : null,
  }
}

async function insert(trx: Trx, { jobs, events, quotas }: SubmitPorts, draft: Draft): Promise<GenerationRow> {
  const { userId, request, options } = draft
  const { engine, fitted, from, price } = draft.asked
  const { connectionId: _connection, model: _model, tags, parentId, priority, strict: _strict, ...spec } = request
  const id = newId()
  const n = request.n ?? 1
  await quotas.countGeneration(trx, userId, { images: n, cost: (price ?? 0) * n })
  const jobId = await jobs.enqueue(trx, {
    lane: engine.connection.id,
    userId,
    batch: priority === 'batch',
    payload: { generationId: id },
  })
  const calls = callsOf(id, n, { ...engine.model.capabilities, prompts: differentPrompts(draft.resolution) })
  const row = await trx
    .with('calls', (db) => db.insertInto('generation_calls').values(calls))
    .insertInto('generations')
    .values({
      id,
      user_id: userId,
      connection_id: engine.connection.id,
      connection_name: engine.connection.name,
      provider: engine.provider.manifest.id,
      model: engine.model.id,
      state: 'queued',
      request: JSON.stringify(spec),
      ...rowFields(draft),
      fallback_from: from === null ? null : JSON.stringify(from),
      strict: request.strict ?? false,
      picture_price: price,
      batch: priority === 'batch',
      tags: JSON.stringify(tags ?? []),
      revised_prompt: null,
      n,
      width: fitted.width ?? null,
      height: fitted.height ?? null,
      seed: fitted.seed,
      origin: options.origin,
      progress_completed: null,
      progress_total: null,
      preview_key: null,
      cost_amount: null,
      cost_currency: null,
      parent_id: parentId ?? null,
      idempotency_key: options.idempotencyKey ?? null,
      idempotency_hash: options.idempotencyKey === undefined ? null : draft.hash,
      job_id: jobId,
      started_at: null,
      finished_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await events.append(trx, userId, [{ type: 'generation.queued', generationId: id }])
  return row
}

/**
 * What would come of a request, without keeping anything of it.
 * @throws what `submit` throws, but for limits, which it tells
 */
export async function estimate(ports: SubmitPorts, userId: string, request: GenerationRequest): Promise<Estimate> {
  await checkPictures(ports.db, userId, request)
  await checkParent(ports.db, userId, request)
  const language = request.promptLanguage ?? true
  const prepared = await prepare(ports, userId, { request, language })
  const asked = { request: withStyles(request, prepared), origin: 'easel' as const }
  const { engine, fitted, adjustments, from, price } = await askEngine(ports, userId, asked)
  const images = request.n ?? 1
  const cost = price === null ? null : price * images
  const wanted = { images, generations: 1, cost: cost ?? 0 }
  const refusal = await ports.quotas.checkQuota(userId, wanted).then(
    () => null,
    (error: unknown) => {
      if (error instanceof EaselError && error.code === 'quota-exceeded') return error.message
      throw error
    },
  )
  return {
    connectionId: engine.connection.id,
    connectionName: engine.connection.name,
    provider: engine.provider.manifest.id,
    model: engine.model.id,
    width: fitted.width ?? null,
    height: fitted.height ?? null,
    adjustments: [...adjustments],
    fallbackFrom: from,
    cost: cost === null ? null : { amount: cost, currency: 'USD' },
    refusal,
  }
}

/** Reads the prompt, asks who draws it, and resolves it with the seed that comes of that. */
async function readAndAsk(
  ports: SubmitPorts,
  userId: string,
  { request, options }: Pick<Draft, 'request' | 'options'>,
): Promise<Pick<Draft, 'asked' | 'resolution'>> {
  const language = request.promptLanguage ?? options.promptLanguage ?? options.origin === 'easel'
  const given = options.resolution ?? null
  const prepared = given === null ? await prepare(ports, userId, { request, language }) : null
  const whole = withStyles(withLeftOut(request, given), prepared)
  const asked = await askEngine(ports, userId, { request: whole, origin: options.origin })
  const differences = options.differences?.(asked) ?? []
  if (request.strict === true && differences.length > 0) {
    const fields = differences.map(({ field, reason }) => ({ field: `body.${field}`, message: reason }))
    throw new EaselError('unsupported-option', 'It cannot be made the same again.', { fields })
  }
  const { fitted } = asked
  return {
    asked: { ...asked, adjustments: [...differences, ...asked.adjustments] },
    resolution: prepared === null ? given : resolutionFor(prepared, { request, fitted }),
  }
}

/**
 * Accepts a generation: when this returns, row and job are committed and no crash loses them.
 * The same idempotency key with the same request gives the generation that it made the first time.
 * @throws EaselError `disk-full`, `quota-exceeded`, `unknown-model`, `unsupported-option`, `validation-failed`, `idempotency-mismatch`, `not-found`
 * @throws ProviderError when the engine has to be asked for its models and cannot be
 */
export async function submit(
  ports: SubmitPorts,
  userId: string,
  { request, options }: { request: GenerationRequest; options: SubmitOptions },
): Promise<GenerationRow> {
  const { db, quotas } = ports
  const hash = fingerprint(request)
  const key = options.idempotencyKey
  const known = key === undefined ? null : await earlier(db, userId, { key, hash })
  if (known !== null) return known
  await checkRoom(ports)
  // Before an engine is asked for its models. What counts is the look in the transaction below, one after the other.
  if (quotas.mayBeLimited(userId)) await quotas.checkQuota(userId, { images: request.n ?? 1, generations: 1 })
  await checkPictures(db, userId, request)
  await checkParent(db, userId, request)
  const draft: Draft = { userId, request, options, hash, ...(await readAndAsk(ports, userId, { request, options })) }
  try {
    return await inTransaction(db, (trx) => insert(trx, ports, draft))
  } catch (error) {
    // Two at once with the same key: the other one was faster.
    const winner = key !== undefined && codeOf(error) === '23505' ? await earlier(db, userId, { key, hash }) : null
    if (winner === null) throw error
    return winner
  }
}
