const mark = '•••'

// Forms that keys of the known engines have, also half masked by the engine itself (sk-…****abcd). A digit, a capital or a
// mask must be in it: `hf_hub_download` and `basic checks` are words.
const keyShapes = [
  /\b(?:sk|pk|rk|xai|hf|r8|gsk)[-_](?=[\w*•-]*[\dA-Z*•])[\w*•-]{6,}/g,
  /\bAIza[\w*•-]{6,}/g,
  /\b(?:[Bb]earer|[Bb]asic)\s+(?=[\w.~+/*-]*[\dA-Z*=])[\w.~+/*=-]{6,}/g,
]

// A piece of a key this long is no accident; shorter ones occur in ordinary words.
const telltale = 8

/** The text without the secrets, without longer pieces of them and without what looks like a key; each becomes `•••`. */
export function redact(text: string, secrets: readonly (string | null)[]): string {
  let clean = text
  for (const secret of secrets) {
    if (secret === null || secret === '') continue
    for (const form of new Set([secret, encodeURIComponent(secret), ...encodings(secret)])) {
      clean = clean.replaceAll(form, mark)
    }
  }
  for (const shape of keyShapes) clean = clean.replace(shape, mark)
  for (const secret of secrets) if (secret !== null) clean = withoutPieces(clean, secret)
  return clean
}

/**
 * The secret as base64 (of both alphabets) and hex. Within a longer text, such as a whole header, base64 depends on where the secret
 * begins: for each of the three places the part that is the secret's alone.
 */
function encodings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  const inside = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
    const [from, to] = [Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3)]
    return [whole.toString('base64').slice(from, to), whole.toString('base64url').slice(from, to)]
  })
  return [bytes.toString('base64'), ...[...inside, bytes.toString('hex')].filter((form) => form.length >= telltale)]
}

function withoutPieces(text: string, secret: string): string {
  if (secret.length < telltale) return text
  let clean = ''
  for (let at = 0; at < text.length;) {
    let length = 0
    while (at + telltale + length <= text.length && secret.includes(text.slice(at, at + telltale + length))) length++
    if (length === 0) clean += text.charAt(at++)
    else {
      clean += mark
      at += telltale + length - 1
    }
  }
  return clean
}
