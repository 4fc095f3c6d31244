import { EaselEvent } from '@easel/contract'
import type { Delivered, ProgressEvent } from './events.ts'
import type { Start } from './start.ts'

const pageSize = 200
const retryMs = 500

export interface Row {
  readonly seq: number
  readonly event: unknown
}

/** What was added to a user's log. */
export interface Growth {
  /** Number of its newest row. */
  readonly last: number
  /** All rows that follow number `after`; null: they are to be read. */
  readonly news: { readonly after: number; readonly rows: readonly Row[] } | null
}

/** One subscriber's way through the log: what it has, and a single reader that brings the rest. */
export interface Follower {
  /** Delivers what follows the start, and from then on whatever comes. @throws when the log cannot be read now */
  begin(start: Start): Promise<void>
  /** There may be rows. */
  wake(): void
  /** There are more rows. */
  grow(growth: Growth): void
  progress(event: ProgressEvent): void
  stop(): void
}

interface Options {
  readonly read: (after: number, limit: number) => Promise<readonly Row[]>
  readonly deliver: (delivered: Delivered) => void
  readonly onFault: (error: unknown) => void
}

function eventOf(value: unknown): EaselEvent {
  const { success, data } = EaselEvent.safeParse(value)
  // A newer Easel on the same database wrote it: this page cannot know what changed.
  return success ? data : { type: 'reset' }
}

function deliverTo({ deliver, onFault }: Pick<Options, 'deliver' | 'onFault'>, delivered: Delivered): void {
  try {
    deliver(delivered)
  } catch (error) {
    // The others go on, and so does this one with its next event.
    onFault(error)
  }
}

export function createFollower({ read, deliver, onFault }: Options): Follower {
  let cursor: number | null = null
  let reading = false
  let more = false
  let stopped = false
  let retry: NodeJS.Timeout | undefined
  /** Progress that came while rows were being read, the newest of each generation: it must not overtake `running`. */
  const held = new Map<string, ProgressEvent>()

  function tell(delivered: Delivered): void {
    if (!stopped) deliverTo({ deliver, onFault }, delivered)
  }

  function tellRow({ seq, event }: Row): void {
    cursor = seq
    const known = eventOf(event)
    if (known.type === 'generation.finished') held.delete(known.generationId)
    tell({ seq, event: known })
  }

  function tellHeld(before: ReadonlySet<ProgressEvent>): void {
    for (const [generationId, event] of held) {
      // What came during the last read may follow rows that are still to be read.
      if (more && !before.has(event)) continue
      held.delete(generationId)
      tell({ seq: null, event })
    }
  }

  /** Reads until there is no more. What is written meanwhile is for the next time: a busy log must not keep this from ending. */
  async function readOn(from: number): Promise<void> {
    const before = new Set(held.values())
    reading = true
    more = false
    try {
      let rows = await read(from, pageSize)
      rows.forEach(tellRow)
      while (rows.length === pageSize && !stopped) {
        rows = await read(cursor ?? from, pageSize)
        rows.forEach(tellRow)
      }
    } finally {
      reading = false
    }
    tellHeld(before)
    if (more) wake()
  }

  function wake(seq = Number.POSITIVE_INFINITY): void {
    if (stopped || (cursor !== null && seq <= cursor)) return
    more = true
    if (reading || cursor === null) return
    readOn(cursor).catch((error: unknown) => {
      onFault(error)
      clearTimeout(retry)
      retry = setTimeout(wake, retryMs)
    })
  }

  return {
    async begin({ after, reset }) {
      cursor = after
      if (reset) tell({ seq: after, event: { type: 'reset' } })
      await readOn(after)
    },
    wake: () => wake(),
    grow({ last, news }) {
      // Nothing is between these rows and what is told already, and nothing that comes later has been told.
      if (!reading && !stopped && news !== null && news.after === cursor) news.rows.forEach(tellRow)
      else wake(last)
    },
    progress(event) {
      if (reading || cursor === null) held.set(event.generationId, event)
      else tell({ seq: null, event })
    },
    stop() {
      stopped = true
      clearTimeout(retry)
    },
  }
}
