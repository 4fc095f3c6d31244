import { ProviderError } from '../spec/provider-error.ts'

/**
 * The bytes of a picture that came as base64. Takes what engines really send: a `data:` URL, line breaks, the URL-safe
 * alphabet, missing padding. Anything else is an error; Node's own decoder would skip over it.
 * @throws ProviderError with kind `malformed-response`
 */
export function decodeBase64Image(text: string | Uint8Array, engine: string): Uint8Array {
  // Taken out of the answer and decoded already.
  if (typeof text !== 'string') return text
  const comma = text.startsWith('data:') ? text.indexOf(',') : -1
  if (comma !== -1 && !text.slice(0, comma).endsWith(';base64')) throw broken(engine)
  const payload = text.slice(comma + 1)
  // Pictures come without white space nearly always, so the search for it waits until it is needed.
  const bytes = decodeExactly(payload) ?? decodeExactly(payload.replaceAll(/\s+/g, ''))
  if (!bytes || bytes.length === 0) throw broken(engine)
  return bytes
}

/** The bytes, or null when any character is not base64: the decoder skips those, so the result is shorter than it must be. */
function decodeExactly(payload: string): Uint8Array | null {
  const padding = payload.endsWith('==') ? 2 : payload.endsWith('=') ? 1 : 0
  const digits = payload.length - padding
  if (digits % 4 === 1 || (padding > 0 && payload.length % 4 !== 0)) return null
  const bytes = Buffer.from(payload, 'base64')
  return bytes.length === Math.floor((digits * 3) / 4) ? bytes : null
}

/** A multiple of four, small enough for the text to be gone at the next small collection. */
const pieceLength = 65_536

/**
 * The same of base64 that nobody has made text of: no more of it than a piece is text at a time.
 * @returns null unless all of it is base64 without white space
 */
export function decodeBase64Bytes(payload: Buffer): Uint8Array | null {
  // Its own memory: what lies in Buffer's pool would be shared with others.
  const bytes = Buffer.allocUnsafeSlow(Math.ceil((payload.length * 3) / 4))
  let written = 0
  for (let from = 0; from < payload.length; from += pieceLength) {
    const to = Math.min(from + pieceLength, payload.length)
    if (to < payload.length) {
      const length = bytes.write(payload.toString('latin1', from, to), written, 'base64')
      if (length !== (pieceLength * 3) / 4) return null
      written += length
    } else {
      const last = decodeExactly(payload.toString('latin1', from, to))
      if (last === null) return null
      bytes.set(last, written)
      written += last.length
    }
  }
  return bytes.subarray(0, written)
}

function broken(engine: string): ProviderError {
  return new ProviderError('malformed-response', `${engine} sent a picture that is not valid base64`)
}
