import { createHash } from 'node:crypto'
import { codeOf, EaselError } from '#base/errors.ts'
import { beginningBytes, checkBeginning } from './inspect-upload.ts'
import { openTemporary } from './temporary.ts'

/** A file on its way into the library. */
export interface Received {
  /** What carried it, for messages: `body.file`. */
  readonly field: string
  readonly size: number
  readonly sha256: string
  read(): Promise<Uint8Array>
  /** Lets go of it. */
  discard(): Promise<void>
}

export interface ReceiveOptions {
  readonly field: string
  readonly folder: string
  readonly maxBytes: number
}

function tooLarge(maxBytes: number): EaselError {
  const megabytes = Math.floor(maxBytes / 1024 ** 2)
  return new EaselError(
    'too-large',
    `A picture may have ${megabytes} MB here. Whoever runs this server can change that: EASEL_MAX_UPLOAD_MB.`,
  )
}

function empty(field: string): EaselError {
  const message = 'The file is empty.'
  return new EaselError('validation-failed', message, { fields: [{ field, message }] })
}

/** Takes a file that is in memory already. @throws EaselError */
export function receiveBytes(bytes: Uint8Array, { field, maxBytes }: Omit<ReceiveOptions, 'folder'>): Received {
  if (bytes.length === 0) throw empty(field)
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  checkBeginning(bytes.subarray(0, beginningBytes), field)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { field, size: bytes.length, sha256, read: async () => bytes, discard: async () => {} }
}

/**
 * Takes a file as it comes into a temporary file. What is no picture is refused by its first bytes, and what is too large as soon as it
 * is; nothing is left of either.
 * @throws EaselError `unsupported-media-type`, `too-large`, `validation-failed` for an empty one, `disk-full`
 */
export async function receiveStream(body: AsyncIterable<Uint8Array>, options: ReceiveOptions): Promise<Received> {
  const { field, folder, maxBytes } = options
  const handle = await openTemporary(folder)
  const hash = createHash('sha256')
  let size = 0
  let beginning = Buffer.alloc(0)
  try {
    for await (const chunk of body) {
      if (beginning.length < beginningBytes) {
        beginning = Buffer.concat([beginning, chunk.subarray(0, beginningBytes - beginning.length)])
        if (beginning.length === beginningBytes) checkBeginning(beginning, field)
      }
      size += chunk.length
      if (size > maxBytes) throw tooLarge(maxBytes)
      hash.update(chunk)
      await handle.write(chunk)
    }
    if (size === 0) throw empty(field)
    checkBeginning(beginning, field)
  } catch (error) {
    await handle.close()
    if (codeOf(error) !== 'ENOSPC') throw error
    throw new EaselError('disk-full', 'There is no room for this file on the server.', { cause: error })
  }
  return {
    field,
    size,
    sha256: hash.digest('hex'),
    async read() {
      const bytes = Buffer.alloc(size)
      await handle.read(bytes, 0, size, 0)
      return bytes
    },
    discard: () => handle.close(),
  }
}
