import { createHmac, timingSafeEqual } from 'node:crypto'

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // Not an encoding of anything: then it is no token of ours either.
    return ''
  }
}

/**
 * The session's token out of its signed form, which the cookie and the bearer share: `<token>.<HMAC-SHA-256, base64>`, percent-encoded
 * or not. Without the signature a token is worth nothing, so that a copy of the database lets nobody in.
 * @returns null when the signature is not ours
 */
export function readSessionToken(signed: string, secret: string): string | null {
  const text = signed.includes('%') ? decode(signed) : signed
  const dot = text.lastIndexOf('.')
  if (dot <= 0) return null
  const token = text.slice(0, dot)
  // Compared as text: of base64 there are several spellings.
  const given = Buffer.from(text.slice(dot + 1))
  const expected = Buffer.from(createHmac('sha256', secret).update(token).digest('base64'))
  return given.length === expected.length && timingSafeEqual(given, expected) ? token : null
}

/** Every value that a Cookie header gives for a name; another site on the same host may have set one more. */
export function cookieValues(header: string, name: string): readonly string[] {
  return header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1))
}
