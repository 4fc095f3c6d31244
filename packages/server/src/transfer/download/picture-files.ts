// Pictures in the form in which they are to go out, one at a time: a large one takes a hundred megabytes of pixels. Users take turns,
// however many each of them asks for.
import { createHash } from 'node:crypto'
import { EaselError } from '#base/errors.ts'
import type { ImageRow } from '#library/image-record.ts'
import { storyOf } from '#library/picture-story.ts'
import { MediaError } from '#media/media-error.ts'
import { outgoing, type Outgoing, type OutgoingForm } from '#media/outgoing.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { createTurns } from '../turns.ts'
import { pictureName } from './picture-name.ts'

export interface PictureFile extends Outgoing {
  readonly filename: string
}

export interface PictureFiles {
  /**
   * @param gone aborted when nobody waits for it any more: its turn is given to the next one
   * @throws EaselError `not-found` when the file is missing or damaged; `unsupported-media-type` where it cannot be had in this form
   */
  make(row: ImageRow, form: OutgoingForm, gone: AbortSignal): Promise<PictureFile>
  /** The same for the same picture in the same form. */
  etag(row: ImageRow, form: OutgoingForm): string
}

/** Changes with what is made of a picture, so that nobody keeps what an older version made. */
const version = 1

function refusal(error: MediaError): EaselError {
  return error.fault === 'unsupported'
    ? new EaselError('unsupported-media-type', error.message, { cause: error })
    : new EaselError('not-found', 'The file of this picture is damaged.', { cause: error })
}

type Turns = ReturnType<typeof createTurns>

/** One at a time, and of each user no more than one in the line for that. */
function createFairTurns(): <T>(userId: string, work: () => Promise<T>) => Promise<T> {
  const all = createTurns(1)
  const lines = new Map<string, { readonly turns: Turns; waiting: number }>()
  return async (userId, work) => {
    const line = lines.get(userId) ?? { turns: createTurns(1), waiting: 0 }
    lines.set(userId, line)
    line.waiting += 1
    try {
      return await line.turns(() => all(work))
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(userId)
    }
  }
}

export function createPictureFiles(storage: Storage): PictureFiles {
  const inTurn = createFairTurns()

  async function make(row: ImageRow, form: OutgoingForm): Promise<PictureFile> {
    const original = await storage.read(row.storage_key)
    if (original === null) throw new EaselError('not-found', 'The file of this picture is missing.')
    try {
      const made = await outgoing(original, form, storyOf(row))
      return { ...made, filename: pictureName(row, made.extension) }
    } catch (error) {
      throw error instanceof MediaError ? refusal(error) : error
    }
  }

  return {
    make: (row, form, gone) =>
      inTurn(row.user_id, async () => {
        if (gone.aborted) throw new EaselError('bad-request', 'The request was broken off.')
        return await make(row, form)
      }),
    etag({ sha256 }, { format, quality, longestSide, prompt }) {
      const form = createHash('sha256').update(JSON.stringify([version, format, quality, longestSide, prompt]))
      return `"${sha256}-${form.digest('hex').slice(0, 16)}"`
    },
  }
}
