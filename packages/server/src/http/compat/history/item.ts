// One picture as contract A shows it.
import { z } from 'zod'
import type { ImageSpec } from '@easel/contract'
import { historyId } from '#library/history-id.ts'
import type { ImageRow } from '#library/image-record.ts'
import { base64Of, leave } from '../../base64-stream.ts'

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** `2026-11-21T08:40:00.123000`: the server's local time with microseconds, of which Easel keeps the first three digits. */
function localTimestamp(time: Date): string {
  const date = `${pad(time.getFullYear(), 4)}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`
  const clock = `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`
  return `${date}T${clock}.${pad(time.getMilliseconds(), 3)}000`
}

const Steps = z.object({ steps: z.number() }).partial().catch({})

/** What was really used stands first; for what the engine has no setting for, what was asked. */
function settingsOf(row: ImageRow, asked: ImageSpec | undefined) {
  return {
    model: row.model ?? '',
    prompt: row.prompt ?? '',
    seed: row.seed ?? asked?.seed ?? 0,
    width: row.width,
    height: row.height,
    steps: Steps.parse(row.parameters).steps ?? asked?.steps ?? 0,
  }
}

export interface Item {
  readonly row: ImageRow
  /** The request that it came from, where there was one. */
  readonly asked: ImageSpec | undefined
  /** Opens its bytes as PNG, which may be gone; absent to leave `image` out. */
  readonly openPng?: () => Promise<AsyncIterable<Uint8Array> | null>
}

/** `{"id","timestamp","settings","image"}` in pieces: the picture is read while it is sent. */
export async function* itemText({ row, asked, openPng }: Item): AsyncGenerator<string> {
  const id = historyId(row.history_second, row.history_number)
  const text = JSON.stringify({ id, timestamp: localTimestamp(row.created_at), settings: settingsOf(row, asked) })
  if (openPng === undefined) {
    yield text
    return
  }
  // Opened in here, because what is opened before a generator begins is never closed when it does not.
  const png = await openPng()
  try {
    yield `${text.slice(0, -1)},"image":"`
    // A file that is gone leaves its story: a long list must not fail for it.
    if (png !== null) yield* base64Of(png)
    yield '"}'
  } finally {
    if (png !== null) await leave(png)
  }
}
