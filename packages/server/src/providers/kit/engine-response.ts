import { pipeline, type Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse } from '../spec/provider.ts'
import { takePictures } from './picture-json.ts'
import { bodyError } from './transport-error.ts'

export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Readable
  /** Where it came from, for messages. */
  readonly origin: string
  readonly maxBytes: number
  readonly signal: AbortSignal
}

/** Wraps an answer's body in the port's ways to read it. The limit counts decoded bytes, so that it holds bombs too. */
export function engineResponse(answer: RawAnswer): EngineResponse {
  // A body can fail while nobody reads it (an abort between the headers and the first read); whoever reads is told anyway.
  answer.body.on('error', () => undefined)
  const parts = async (): Promise<readonly Uint8Array[]> => {
    const all: Uint8Array[] = []
    for await (const part of chunks(answer)) all.push(part)
    return all
  }
  const bytes = async (): Promise<Buffer> => Buffer.concat(await parts())
  const text = async (): Promise<string> => new TextDecoder().decode(await bytes())
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    text,
    json: async (picturesIn) => {
      if (picturesIn === undefined) return parseJson(await text(), answer.origin)
      const taken = takePictures(onTable(await parts()), picturesIn)
      return parseJson(taken.text, answer.origin, taken.pictures)
    },
    chunks: () => chunks(answer),
  }
}

/** Answers with pictures in them are put together in the same memory one after the other: new memory has to be made ready, and collected. */
let table = Buffer.alloc(0)
const mebibyte = 1024 ** 2
/** Larger answers are rare and get memory of their own. */
const largestTable = 32 * mebibyte

/** The parts as one, until the next ones are put together. */
function onTable(parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (length > largestTable) return Buffer.concat(parts)
  if (length > table.length) table = Buffer.allocUnsafeSlow(Math.ceil(length / mebibyte) * mebibyte)
  let at = 0
  for (const part of parts) {
    table.set(part, at)
    at += part.length
  }
  return table.subarray(0, length)
}

async function* chunks(answer: RawAnswer): AsyncGenerator<Uint8Array> {
  const { origin, maxBytes, signal } = answer
  let total = 0
  try {
    for await (const part of decoded(answer)) {
      total += part.length
      if (total > maxBytes) {
        const size = `${Math.max(1, Math.round(maxBytes / 1_000_000))} MB`
        throw new ProviderError(
          'malformed-response',
          `The answer of ${origin} is larger than the ${size} that are read`,
        )
      }
      yield part
    }
  } catch (error) {
    throw bodyError(error, origin, signal)
  }
}

function decoded(answer: RawAnswer): AsyncIterable<Buffer> {
  const encoding = answer.headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return answer.body
  const decoder = decoderFor(encoding)
  if (!decoder) {
    answer.body.destroy()
    throw new ProviderError(
      'malformed-response',
      `${answer.origin} sent an encoding that was not asked for: ${encoding}`,
    )
  }
  // Errors of either stream reach the loop through the decoder.
  return pipeline(answer.body, decoder, () => undefined)
}

function decoderFor(encoding: string) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip()
  if (encoding === 'deflate') return createInflate()
  if (encoding === 'br') return createBrotliDecompress()
  return encoding === 'zstd' ? createZstdDecompress() : null
}

/**
 * The JSON value of a text, with these pictures in their places.
 * @throws ProviderError with kind `malformed-response`. It quotes nothing: an answer may repeat the key.
 */
export function parseJson(text: string, origin: string, pictures?: ReadonlyMap<string, Uint8Array>): unknown {
  const put = (_: string, value: unknown) => (typeof value === 'string' ? (pictures?.get(value) ?? value) : value)
  try {
    const value: unknown = pictures === undefined || pictures.size === 0 ? JSON.parse(text) : JSON.parse(text, put)
    return value
  } catch {
    const what = /^\s*</.test(text) ? 'a web page' : text.trim() === '' ? 'nothing' : 'something that is not JSON'
    throw new ProviderError('malformed-response', `${origin} answered with ${what} where JSON was expected`)
  }
}
