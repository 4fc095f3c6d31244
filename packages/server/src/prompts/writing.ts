// Text models at work: prompts rewritten, pictures described. Rules are numbered in docs/spec/writing.md (WR8 …).
import type { Described, DescribeRequest, Refined, RefineRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Connections } from '#connections/connections.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Jobs } from '#jobs/jobs.ts'
import { keepDescription, smallCopy } from '#library/describe.ts'
import type { Images } from '#library/images.ts'
import type { Quotas } from '#library/quotas.ts'
import type { Sidecars } from '#library/sidecars.ts'
import type { Provider } from '#providers/spec/provider.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { createChoices, type Choices, type OpenWriter } from './choice.ts'
import {
  describedAs,
  describeInstructions,
  describeText,
  maxTokens,
  refinedPrompt,
  refineInstructions,
} from './instructions.ts'

export interface WritingPorts {
  readonly db: Db
  readonly log: Log
  readonly events: Pick<Events, 'append'>
  readonly jobs: Pick<Jobs, 'beginCall'>
  readonly connections: Pick<Connections, 'list' | 'openContext'>
  readonly providers: ReadonlyMap<string, Provider>
  readonly images: Pick<Images, 'get' | 'row'>
  readonly storage: Pick<Storage, 'read'>
  /** Told of a description that was kept. */
  readonly sidecars?: Pick<Sidecars, 'changed'>
  readonly quotas: Pick<Quotas, 'checkMoney' | 'countWriting'>
  /** Longest that a text model may take, in milliseconds; absent: five minutes. */
  readonly timeoutMs?: number
  /** Longest that one waits until its connection has room, in milliseconds; absent: half a minute. */
  readonly waitMs?: number
}

/** A request, and the connection one of whose places whoever asks has already. */
export interface RefineAsked extends RefineRequest {
  readonly within?: string
}

export interface Writing extends Pick<Choices, 'get' | 'set' | 'models'> {
  /**
   * Has a prompt rewritten. Nothing is kept.
   * @throws EaselError `no-text-model`, `content-refused`, `provider-failed`, `quota-exceeded`, `not-found`, `too-many-requests` when
   * the connection is busy; ProviderError
   */
  refine(userId: string, request: RefineAsked, signal: AbortSignal): Promise<Refined>
  /**
   * Has a picture described, and keeps that where it has no description, or where `replace` says so.
   * @throws EaselError `not-found`, `unsupported-media-type` when the picture cannot be shown, and what `refine` throws
   */
  describe(
    userId: string,
    imageId: string,
    asked: { readonly request: DescribeRequest; readonly signal: AbortSignal },
  ): Promise<Described>
}

interface Task {
  readonly instructions: string
  readonly text: string
  readonly picture?: { readonly bytes: Uint8Array; readonly mimeType: string }
  readonly signal: AbortSignal
  /** The connection one of whose places is taken for this. */
  readonly within?: string | undefined
}

const busy = (name: string) =>
  new EaselError('too-many-requests', `"${name}" is busy with other work. Try again in a moment.`)

type Written = Pick<Refined, 'connectionId' | 'model' | 'cost'> & { readonly text: string }

interface InTurn {
  readonly task: Task
  readonly lost: AbortController
}

export function createWriting(ports: WritingPorts): Writing {
  const { images, quotas, jobs, timeoutMs = 5 * 60_000, waitMs = 30_000 } = ports
  const choices = createChoices(ports)

  async function ask(userId: string, { connection, model, writer, context }: OpenWriter, task: Task): Promise<Written> {
    const { signal, within: _, ...words } = task
    const outcome = await writer.write({ model, maxTokens, ...words }, context)
    if (outcome.kind === 'blocked') throw new EaselError('content-refused', outcome.reason)
    const cost = outcome.cost ?? null
    // What was paid counts, whatever becomes of the words, and though nobody may be waiting for them any more.
    if (cost !== null) await quotas.countWriting(userId, cost.amount)
    signal.throwIfAborted()
    return { text: outcome.text, connectionId: connection.id, model, cost }
  }

  /** Asks as soon as the connection has room. `lost` is aborted when the room is somebody else's. */
  async function askInTurn(userId: string, open: OpenWriter, { task, lost }: InTurn): Promise<Written> {
    const { id, name } = open.connection
    if (task.within === id) return await ask(userId, open, task)
    const call = await jobs.beginCall(id, { waitMs, signal: task.signal, onLost: () => lost.abort() })
    if (call === null) {
      task.signal.throwIfAborted()
      throw busy(name)
    }
    try {
      return await ask(userId, open, task)
    } catch (error) {
      throw lost.signal.aborted ? busy(name) : error
    } finally {
      await call.end()
    }
  }

  /** Opens the text model that is wanted and asks it, in the time that there is. */
  async function write(userId: string, wanted: Parameters<Choices['open']>[1], task: Task): Promise<Written> {
    await quotas.checkMoney(userId)
    const limit = AbortSignal.timeout(timeoutMs)
    const lost = new AbortController()
    const signal = AbortSignal.any([task.signal, limit, lost.signal])
    try {
      const open = await choices.open(userId, wanted, signal)
      return await askInTurn(userId, open, { task: { ...task, signal }, lost })
    } catch (error) {
      if (!limit.aborted || task.signal.aborted) throw error
      const minutes = Math.max(1, Math.round(timeoutMs / 60_000))
      throw new EaselError('provider-failed', `The text model gave no answer within ${minutes} minutes.`, {
        cause: error,
      })
    }
  }

  return {
    get: choices.get,
    set: choices.set,
    models: choices.models,

    async refine(userId, { prompt, connectionId, model: wantedModel, within }, signal) {
      const wanted = { connectionId, model: wantedModel, sees: false }
      const task = { instructions: refineInstructions, text: prompt, signal, within }
      const { text, ...about } = await write(userId, wanted, task)
      return { prompt: refinedPrompt(text, prompt), ...about }
    },

    async describe(userId, imageId, { request, signal }) {
      const row = await images.row(userId, imageId)
      if (row === null) throw new EaselError('not-found', 'There is no such picture in your library.')
      const picture = await smallCopy(ports, row)
      if (picture === null) {
        throw new EaselError('unsupported-media-type', 'This picture is damaged and cannot be shown to a model.')
      }
      const wanted = { connectionId: request.connectionId, model: request.model, sees: true }
      const task = { instructions: describeInstructions, text: describeText, picture, signal }
      const { text, ...about } = await write(userId, wanted, task)
      const description = describedAs(text)
      const saved = await keepDescription(ports, { userId, imageId, replace: request.replace ?? false }, description)
      return { description, ...about, saved, image: await images.get(userId, imageId) }
    },
  }
}
