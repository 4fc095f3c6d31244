// The job port. pg-boss keeps states, retries and heartbeats; what stands here is fairness and a limit that holds. It knows nothing
// about images. Rules are numbered in docs/spec/jobs.md (JB1 …).
import type { Trx } from '#db/database.ts'
import type { Json } from '#base/json.ts'

export interface NewJob {
  /** Jobs of one lane share its concurrency limit; users take turns within it. */
  readonly lane: string
  readonly userId: string
  /** Batch work waits behind all interactive work of its lane. */
  readonly batch: boolean
  readonly payload: Json
}

export interface ClaimedJob {
  readonly id: string
  readonly payload: Json
  /**
   * Aborted with reason `lost` when another worker may have taken the job over (this one must not publish anything any more),
   * or `stopping` when the process ends: the handler then leaves everything resumable and throws.
   */
  readonly signal: AbortSignal
}

export interface Worker {
  /**
   * Takes no new jobs, waits up to `graceMs` for running ones, then aborts them (`stopping`) and hands them back for another
   * worker or the next start.
   */
  stop(graceMs: number): Promise<void>
}

export interface CallOptions {
  /** Longest that it waits for a place. */
  readonly waitMs: number
  /** Aborted when nobody wants it any more; counts while it waits. */
  readonly signal: AbortSignal
  /** The place may be somebody else's now: whatever is done in it has to stop. */
  onLost(): void
}

/** A place in a lane that is held by something else than a job. */
export interface LaneCall {
  /** Gives the place back. Never throws. */
  end(): Promise<void>
}

export interface Jobs {
  /** Makes a lane known, or changes how many of its jobs may run at once over all processes. */
  setLane(trx: Trx, lane: string, concurrency: number): Promise<void>
  /** Adds a job; it runs only if `trx` commits. @returns its id */
  enqueue(trx: Trx, job: NewJob): Promise<string>
  /** Takes back a job that is still waiting. @returns false when it is running or gone: the worker must be told otherwise */
  cancel(trx: Trx, jobId: string): Promise<boolean>
  /** Place in its lane's line, 1 is next, of each of these jobs that is still waiting. */
  places(jobIds: readonly string[]): Promise<ReadonlyMap<string, number>>
  /**
   * Holds a place in a lane for something short that is no job: with it no more runs there at once than the lane's limit, over all
   * processes. It comes before the jobs that wait, and after others like it.
   * @returns null when no place was free within the time, or `signal` was aborted
   */
  beginCall(lane: string, options: CallOptions): Promise<LaneCall | null>
  /** Runs jobs, `slots` at a time in this process. A handler that returns has finished its job; one that throws gets it again. */
  work(handler: (job: ClaimedJob) => Promise<void>, slots: number): Promise<Worker>
  close(): Promise<void>
}
