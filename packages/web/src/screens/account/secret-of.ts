/** The secret of an `otpauth:` address in groups of four, for typing; empty when it has none. */
export function secretOf(uri: string): string {
  const secret = URL.canParse(uri) ? new URL(uri).searchParams.get('secret') : null
  return secret?.match(/.{1,4}/g)?.join(' ') ?? ''
}
