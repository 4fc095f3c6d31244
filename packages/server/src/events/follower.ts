import { EaselEvent } from '@easel/contract'
import type { Delivered, ProgressEvent } from './events.ts'
import type { Start } from './start.ts'

const pageSize = 200
const retryMs = 500

interface Row {
  readonly seq: number
  readonly event: unknown
}

/** One subscriber's way through the log: what it has, and a single reader that brings the rest. */
export interface Follower {
  /** Delivers what follows the start, and from then on whatever comes. @throws when the log cannot be read now */
  begin(start: Start): Promise<void>
  /** There may be rows up to `seq`; without it, there may be rows. */
  wake(seq?: number): void
  progress(event: ProgressEvent): void
  stop(): void
}

interface Options {
  readonly read: (after: number, limit: number) => Promise<readonly Row[]>
  readonly deliver: (delivered: Delivered) => void
  readonly onFault: (error: unknown) => void
}

export function createFollower({ read, deliver, onFault }: Options): Follower {
  let cursor: number | null = null
  let reading = false
  let more = false
  let stopped = false
  let retry: NodeJS.Timeout | undefined
  /** Progress that came while rows were being read: told after them, so that it never overtakes `running`. */
  const held = new Map<string, ProgressEvent>()

  function tell(delivered: Delivered): void {
    if (stopped) return
    try {
      deliver(delivered)
    } catch (error) {
      // The others go on, and so does this one with its next event.
      onFault(error)
    }
  }

  function tellRow({ seq, event }: Row): void {
    const parsed = EaselEvent.safeParse(event)
    // A newer Easel on the same database wrote it: this page cannot know what changed.
    const known: EaselEvent = parsed.success ? parsed.data : { type: 'reset' }
    if (known.type === 'generation.finished') held.delete(known.generationId)
    tell({ seq, event: known })
  }

  async function readOn(from: number): Promise<void> {
    let after = from
    reading = true
    try {
      do {
        more = false
        const rows = await read(after, pageSize)
        for (const row of rows) {
          after = row.seq
          cursor = after
          tellRow(row)
        }
        if (rows.length === pageSize) more = true
      } while (more && !stopped)
    } finally {
      reading = false
    }
    for (const event of held.values()) tell({ seq: null, event })
    held.clear()
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
    wake,
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
