import { ProviderError } from '../spec/provider-error.ts'
import { parseJson } from './engine-response.ts'

const newline = 0x0a

/**
 * The values of an `application/x-ndjson` body, as they come. Chunks may end anywhere, also inside a character.
 * @param options `maxLineBytes` bounds one line; `engine` is the name in messages
 * @throws ProviderError with kind `malformed-response` for a line that is no JSON, also a last one that broke off
 */
export async function* readNdjson(
  chunks: AsyncIterable<Uint8Array>,
  options: { maxLineBytes: number; engine: string },
): AsyncGenerator<unknown> {
  let pending: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
      const line = Buffer.concat([...pending, chunk.subarray(from, at)])
      pending = []
      size = 0
      from = at + 1
      if (line.length > options.maxLineBytes) throw tooLong(options.engine)
      yield* parsed(line, options.engine)
    }
    pending.push(chunk.subarray(from))
    size += chunk.length - from
    if (size > options.maxLineBytes) throw tooLong(options.engine)
  }
  yield* parsed(Buffer.concat(pending), options.engine)
}

function* parsed(line: Buffer, engine: string): Generator<unknown> {
  const words = line.toString('utf8').trim()
  if (words !== '') yield parseJson(words, engine)
}

function tooLong(engine: string): ProviderError {
  return new ProviderError('malformed-response', `${engine} sent a line that is longer than can be read`)
}
