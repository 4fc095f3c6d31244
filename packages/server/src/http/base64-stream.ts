// Small enough that the strings are short-lived objects to V8, which are given back at once; a multiple of three, so that no piece is padded.
const pieceBytes = 24 * 1024

/** The base64 of bytes as they come, in pieces: a picture never stands in memory whole. */
export async function* base64Of(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of body) {
    const bytes =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk])
    // Three bytes are four characters: what is over waits for the next chunk.
    const whole = bytes.length - (bytes.length % 3)
    for (let at = 0; at < whole; at += pieceBytes) yield bytes.toString('base64', at, Math.min(at + pieceBytes, whole))
    rest = Buffer.from(bytes.subarray(whole))
  }
  if (rest.length > 0) yield rest.toString('base64')
}

/** Lets go of a body that may not have been read to its end: it holds a file until then. */
export async function leave(body: AsyncIterable<Uint8Array>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.(undefined)
}
