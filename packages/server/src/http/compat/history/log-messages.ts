// What GET /ollamalog/info and /ollamalog/warn say of the last generation.
import type { Generation } from '@easel/contract'

const seconds = (from: string, to: number): string => `${((to - Date.parse(from)) / 1000).toFixed(1)} s`

/** How long it took, or how far it is. `now` in milliseconds since 1970. */
export function infoOf(generation: Generation, now: number): string {
  const { state, model, progress, createdAt, finishedAt } = generation
  const took = seconds(createdAt, finishedAt === null ? now : Date.parse(finishedAt))
  if (state === 'queued') return `${model} is waiting for its turn since ${took}`
  if (state === 'running') {
    return `${model} is at work since ${took}${progress === null ? '' : `, step ${progress.completed} of ${progress.total}`}`
  }
  if (state === 'cancelled') return `${model} was cancelled after ${took}`
  return state === 'failed' ? `${model} failed after ${took}` : `${model} took ${took}`
}

/** Why it failed, or what was changed about its request; null when all went as asked. */
export function warningOf({ error, adjustments }: Generation): string | null {
  if (error !== null) return error.message
  if (adjustments.length === 0) return null
  return adjustments
    .map(
      ({ field, used, reason }) =>
        `${field}: ${reason} ${used === null ? 'It was left out.' : `Used: ${JSON.stringify(used)}.`}`,
    )
    .join(' ')
}
