// What is told of a generation that ended, by interfaces that wait for its pictures.
import type { Generation, GenerationFailure } from '@easel/contract'
import { EaselError } from '#base/errors.ts'

/** It ended without a picture; each interface words it in its own way. */
export class NoPicture extends Error {
  override readonly name = 'NoPicture'
  /** Null when nobody is at fault: it was cancelled, or its pictures were deleted. */
  readonly failure: GenerationFailure | null

  constructor({ error, state }: Pick<Generation, 'error' | 'state'>) {
    const words = state === 'cancelled' ? 'The generation was cancelled.' : 'The picture was deleted.'
    super(error?.message ?? words)
    this.failure = error
  }
}

/**
 * Makes sure that a generation that was waited for has pictures.
 * @param stopping whether Easel stops, so that waiting ended before the work did
 * @throws NoPicture, EaselError `shutting-down`
 */
export function checkPictures(generation: Generation, stopping: boolean): void {
  if (generation.images.length > 0) return
  const over = generation.state !== 'queued' && generation.state !== 'running'
  if (stopping && !over) throw stoppingError()
  throw new NoPicture(generation)
}

export const stoppingError = (): EaselError =>
  new EaselError(
    'shutting-down',
    'Easel is stopping. The pictures will be made and stand in the library when it is back.',
  )

/** HTTP statuses for what an engine failed at, where an interface has none of its own. */
export const failureStatuses: Readonly<Record<GenerationFailure['kind'], number>> = {
  'content-rejected': 400,
  'bad-request': 400,
  unsupported: 400,
  quota: 402,
  'not-found': 404,
  'rate-limited': 429,
  // It is the engine that does not take Easel's key: the caller's own is good.
  auth: 502,
  'malformed-response': 502,
  unavailable: 503,
  timeout: 504,
  interrupted: 500,
  internal: 500,
}

/** Whether asking again by itself cannot pay twice: the engine surely did not take the work. */
export const surelyNotTaken = ({ kind, engineStatus }: GenerationFailure): boolean =>
  kind === 'rate-limited' && engineStatus === 429
