// What is seen of a picture while the server draws it, and stopping it.
import { setTimeout as pause } from 'node:timers/promises'
import { decodeBase64Image } from '../kit/base64.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { RunContext } from '../spec/provider.ts'
import { engine } from './errors.ts'
import { ask, askFor, askIfThere } from './talk.ts'
import { serverProgress, taskProgress } from './wire.ts'

export interface Watched {
  readonly context: RunContext
  /** Absent where the server knows no task ids. */
  readonly taskId?: string
  /** Steps of all pictures of the call. */
  readonly total: number
  readonly previews: boolean
}

const lookEveryMs = 500
const stopWithinMs = 4000
const longestTurnMs = 10 * 60_000
const looksForUnknown = 10

/** Reports progress until `over` is aborted. A look that fails is left out: the picture itself tells what is wrong. */
export async function watch(watched: Watched, over: AbortSignal): Promise<void> {
  let seen: Seen = { lastPreview: -1, ofTask: watched.taskId !== undefined }
  while (!over.aborted) {
    try {
      seen = await look(watched, seen, over)
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      // A server that refuses progress to this key, or breaks at it, is not asked again and again.
      if (error.status !== null && error.status < 500) return
    }
    await pause(lookEveryMs, undefined, { signal: over }).catch(() => undefined)
  }
}

interface Seen {
  readonly lastPreview: number
  /** False once it is clear that the server tells of itself as a whole only. */
  readonly ofTask: boolean
}

async function look(watched: Watched, seen: Seen, signal: AbortSignal): Promise<Seen> {
  const { context, taskId, previews } = watched
  if (!seen.ofTask || taskId === undefined) {
    const path = `/sdapi/v1/progress?skip_current_image=${!previews}`
    const { progress, current_image } = await askFor(context, serverProgress, { path, signal })
    report(watched, progress, current_image)
    return seen
  }
  const json = { id_task: taskId, id_live_preview: seen.lastPreview, live_preview: previews }
  const task = await askIfThere(context, taskProgress, { path: '/internal/progress', json, signal })
  if (task === null) return { ...seen, ofTask: false }
  if (task.active) report(watched, task.progress ?? 0, task.live_preview)
  return { ...seen, lastPreview: task.id_live_preview ?? seen.lastPreview }
}

function report({ context, total, previews }: Watched, progress: number, picture: string | null | undefined): void {
  const preview = previews && picture ? previewOf(picture) : null
  const completed = Math.round(Math.min(Math.max(progress, 0), 1) * total)
  context.progress({ completed, total, ...(preview && { preview }) })
}

/** A broken preview is no reason to lose the picture. */
function previewOf(picture: string): Uint8Array | null {
  try {
    return decodeBase64Image(picture, engine)
  } catch {
    return null
  }
}

/**
 * Whether the server says that the picture it drew last was interrupted or skipped: it then hands out the unfinished picture as
 * success. False where it does not say.
 */
export async function wasInterrupted(context: RunContext): Promise<boolean> {
  try {
    const question = { path: '/sdapi/v1/progress?skip_current_image=true' }
    const state = (await askIfThere(context, serverProgress, question))?.state
    return state?.interrupted === true || state?.skipped === true
  } catch (error) {
    // The picture is there. What is not known must not lose it, unless nobody wants it any more.
    if (!(error instanceof ProviderError) || error.kind === 'interrupted') throw error
    return false
  }
}

/**
 * Tells the server to stop our picture, after the call was aborted. Interrupting stops whatever is being drawn, so where the server
 * tells about our task it is done only while that is the one, and later when it still waits for its turn.
 */
export async function stop({ context, taskId }: Pick<Watched, 'context' | 'taskId'>): Promise<void> {
  try {
    if ((await tryToStop(context, taskId)) !== 'over') void stopAtItsTurn(context, taskId)
  } catch (error) {
    // The call has ended already, for a reason that says more than this.
    if (!(error instanceof ProviderError)) throw error
  }
}

/** `unknown`: the server has not heard of the task, or not yet. */
async function tryToStop(context: RunContext, taskId: string | undefined): Promise<'queued' | 'unknown' | 'over'> {
  const signal = AbortSignal.timeout(stopWithinMs)
  if (taskId !== undefined) {
    const json = { id_task: taskId, id_live_preview: -1, live_preview: false }
    const task = await askIfThere(context, taskProgress, { path: '/internal/progress', json, signal })
    if (task && !task.active) return task.queued ? 'queued' : task.completed ? 'over' : 'unknown'
  }
  await ask(context, { path: '/sdapi/v1/interrupt', json: {}, signal })
  return 'over'
}

async function stopAtItsTurn(context: RunContext, taskId: string | undefined): Promise<void> {
  const until = AbortSignal.timeout(longestTurnMs)
  try {
    for (let unknown = 0; unknown < looksForUnknown && !until.aborted;) {
      await pause(lookEveryMs, undefined, { ref: false })
      const found = await tryToStop(context, taskId)
      if (found === 'over') return
      if (found === 'unknown') unknown += 1
    }
  } catch {
    // The server is gone, and the picture with it.
  }
}
