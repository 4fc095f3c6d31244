import { EaselError } from '#base/errors.ts'
import { checkComplete } from '#media/complete.ts'
import { formatOf } from '#media/formats/format.ts'
import { MediaError } from '#media/media-error.ts'
import { probe, type Probed } from '#media/probe.ts'
import { readTold, type Story } from './told/read-told.ts'

/** The refusal of a file, by what is wrong with it. @param field what carried it, e.g. `body.file` */
export function refusal(error: MediaError, field: string): EaselError {
  const { fault, message } = error
  if (fault === 'too-large') return new EaselError('too-large', message, { cause: error })
  if (fault === 'not-an-image' || fault === 'unsupported') {
    return new EaselError('unsupported-media-type', message, { cause: error })
  }
  return new EaselError('validation-failed', message, { cause: error, fields: [{ field, message }] })
}

function refusing<T>(field: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof MediaError ? refusal(error, field) : error
  }
}

/** How many bytes {@link checkBeginning} wants to see. */
export const beginningBytes = 1024

/**
 * Refuses what is no picture by its first bytes, before the rest is taken in.
 * @throws EaselError `unsupported-media-type`
 */
export function checkBeginning(bytes: Uint8Array, field: string): void {
  refusing(field, () => formatOf(bytes))
}

export interface Inspected {
  readonly probed: Probed
  /** What the file says of itself. */
  readonly story: Story
}

/**
 * Makes sure that a whole file is a picture that can be kept, and reads what it says of itself. Names and declared types do not count.
 * @throws EaselError `unsupported-media-type`, `too-large`, or `validation-failed` naming `field`
 */
export function inspectUpload(bytes: Uint8Array, field: string): Inspected {
  return refusing(field, () => {
    const probed = probe(bytes)
    checkComplete(bytes)
    return { probed, story: readTold(bytes) }
  })
}
