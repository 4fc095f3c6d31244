import { ProviderError } from '../spec/provider-error.ts'

/**
 * The bytes of a picture that came as base64. Takes what engines really send: a `data:` URL, line breaks, the URL-safe
 * alphabet, missing padding. Anything else is an error; Node's own decoder would skip over it.
 * @throws ProviderError with kind `malformed-response`
 */
export function decodeBase64Image(text: string, engine: string): Uint8Array {
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

function broken(engine: string): ProviderError {
  return new ProviderError('malformed-response', `${engine} sent a picture that is not valid base64`)
}
