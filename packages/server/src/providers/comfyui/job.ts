// A job that ComfyUI has taken: looked at until it ends, its pictures fetched, or told to stop.
import { setTimeout as pause } from 'node:timers/promises'
import { toJson, type Json } from '#base/json.ts'
import { abortError } from '../kit/transport-error.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, NotTaken, Outcome, RunContext } from '../spec/provider.ts'
import { ask, tell } from './ask.ts'
import { jobError, jobLost, jobUnknown, noPicture } from './errors.ts'
import { listen } from './listen.ts'
import { historyAnswer, Operation, queueAnswer, type HistoryEntry, type KeptJob, type Picture } from './wire.ts'

/** Between two looks at the history where no socket tells when it is time. */
const lookAgainMs = 1000
/** A connection can die without a word: after this much silence the history is looked at all the same. */
const quietMs = 5_000
/** The server says that a job is over a moment before the history has it. */
const settleMs = 100
const picturesAtMost = 256_000_000
/** What a process sent that is gone by now may still be on its way to the queue. */
const arriveMs = 2000
/** Jobs that are over, the newest: their graphs and those of other programs are in the answer. */
const historyItems = 100

interface Job {
  readonly promptId: string
  /** Known to be the engine's only by this where the engine chose the job's id itself. */
  readonly clientId?: string
  /** Ends the requests about it instead of the call's own signal. */
  readonly signal?: AbortSignal
}

export async function poll(operation: Json, context: RunContext): Promise<Outcome | NotTaken> {
  const job = parseAnswer(Operation, operation, 'The saved operation')
  return job.prepared === true ? await lookFor(job, context) : await follow(job, context)
}

/** Looks for a job that may never have been sent, or was taken without anybody being told. */
async function lookFor(job: Operation, context: RunContext): Promise<Outcome | NotTaken> {
  const promptId = await findJob(job, context)
  if (promptId !== null) return { kind: 'pending', operation: toJson(takenAs(job, promptId)), lookAgainMs: 0 }
  if (job.missed !== true) {
    return { kind: 'pending', operation: toJson({ ...job, missed: true }), lookAgainMs: arriveMs }
  }
  // A server that was started anew has forgotten what it did.
  if (job.mayCost === true) throw jobUnknown()
  return { kind: 'not-taken' }
}

/** The operation of a job that the engine has. */
export function takenAs({ prepared: _, missed: __, ...job }: Operation, promptId: string): Operation {
  return { ...job, promptId }
}

async function follow(job: Operation, context: RunContext): Promise<Outcome> {
  const operation = toJson(job)
  // Before the first look, so that nothing falls in between.
  const listener = job.socket ? await listen(job, context) : null
  try {
    for (;;) {
      const outcome = await look(job, context)
      if (outcome) return outcome
      if (!listener) return { kind: 'pending', operation: toJson({ ...job, socket: false }), lookAgainMs }
      const state = listener.state()
      if (state === 'closed') return { kind: 'pending', operation, lookAgainMs }
      if (state === 'listening') await listener.change(quietMs)
      else await settle(context.signal)
    }
  } finally {
    listener?.close()
  }
}

async function settle(signal: AbortSignal): Promise<void> {
  await pause(settleMs, undefined, { signal }).catch(() => {
    throw abortError(signal)
  })
}

/** How the job ended, or null while it waits or runs. @throws ProviderError also when it failed or is gone */
async function look(job: Operation, context: RunContext): Promise<Outcome | null> {
  const finished = await historyOf(job, context)
  if (finished) return collect(finished, job, context)
  const place = await placeOf(job, context)
  if (place !== null) return null
  // It may have moved from the queue to the history between the two questions.
  const meanwhile = await historyOf(job, context)
  if (meanwhile) return collect(meanwhile, job, context)
  throw jobLost()
}

async function historyOf({ promptId }: Job, context: CallContext): Promise<HistoryEntry | undefined> {
  const history = await ask(context, `/history/${encodeURIComponent(promptId)}`, { schema: historyAnswer })
  return history[promptId]
}

interface Place {
  readonly at: 'running' | 'waiting'
  /** The engine's id of the job. */
  readonly id: string
}

async function placeOf(job: Job, context: CallContext): Promise<Place | null> {
  const { signal } = job
  const queue = await ask(context, '/queue', { schema: queueAnswer, ...(signal && { signal }) })
  const running = queue.queue_running.find((kept) => isOf(kept, job))
  if (running) return { at: 'running', id: running.id }
  const waiting = queue.queue_pending.find((kept) => isOf(kept, job))
  return waiting ? { at: 'waiting', id: waiting.id } : null
}

function isOf({ id, client }: KeptJob, { promptId, clientId }: Job): boolean {
  return id === promptId || (clientId !== undefined && client === clientId)
}

async function collect(entry: HistoryEntry, job: Operation, context: CallContext): Promise<Outcome> {
  const error = jobError(entry, [context.key])
  if (error) throw error
  const pictures = wantedPictures(entry, job)
  if (pictures.length === 0) throw noPicture(job.warnings)
  const images = []
  for (const [index, picture] of pictures.entries()) {
    const bytes = await fetchPicture(picture, context)
    const seed = job.seed === undefined ? {} : { seed: job.seed + index }
    images.push({ bytes, ...(index === 0 && seed), parameters: job.parameters })
  }
  return { kind: 'done', images }
}

/** Pictures that were saved go before previews, and no more are taken than were asked for. */
function wantedPictures({ outputs }: HistoryEntry, { n, output }: Operation): readonly Picture[] {
  const nodes = output === undefined ? Object.values(outputs) : [outputs[output]]
  const pictures = nodes.flatMap((node) => node?.images ?? [])
  const saved = pictures.filter(({ type }) => type === 'output')
  return (saved.length > 0 ? saved : pictures).slice(0, n)
}

async function fetchPicture({ filename, subfolder, type }: Picture, context: CallContext): Promise<Uint8Array> {
  const query = new URLSearchParams({ filename, subfolder, type })
  const response = await tell(context, `/view?${query.toString()}`, { maxBytes: picturesAtMost })
  const bytes = await response.bytes()
  if (bytes.length === 0 || /^text\/html/i.test(response.headers.get('content-type') ?? '')) {
    const what = bytes.length === 0 ? 'nothing' : 'a web page'
    throw new ProviderError('malformed-response', `ComfyUI answered with ${what} where a picture was expected`)
  }
  return bytes
}

/**
 * The id under which the engine has a job, waiting, running or over; null where it has none. Older servers do not take the id that a
 * job is sent with, but keep whose it is.
 */
export async function findJob(job: Job & { readonly clientId: string }, context: CallContext): Promise<string | null> {
  // In this order: a job goes from the queue to the history.
  const place = await placeOf(job, context)
  if (place) return place.id
  if (await historyOf(job, context)) return job.promptId
  const path = `/history?max_items=${historyItems}`
  const over = await ask(context, path, { schema: historyAnswer, maxBytes: picturesAtMost })
  return Object.keys(over).find((id) => over[id]?.prompt?.client === job.clientId) ?? null
}

export async function cancel(operation: Json, context: CallContext): Promise<void> {
  const { promptId, clientId } = parseAnswer(Operation, operation, 'The saved operation')
  await stop({ promptId, clientId }, context)
}

/**
 * Takes a job out of the queue, or interrupts it when it runs. Older servers stop whatever runs, so it is made sure first that this
 * is the job that does.
 */
export async function stop(job: Job, context: CallContext): Promise<void> {
  const { signal } = job
  const ending = signal && { signal }
  const place = await placeOf(job, context)
  if (place === null) return
  const { at, id } = place
  if (at === 'waiting') await tell(context, '/queue', { json: { delete: [id] }, ...ending })
  // Deleting reaches only what waits; it may have begun in the meantime.
  if (at === 'running' || (await placeOf(job, context))?.at === 'running') {
    await tell(context, '/interrupt', { json: { prompt_id: id }, ...ending })
  }
}
