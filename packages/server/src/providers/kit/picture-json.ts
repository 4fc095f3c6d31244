import { randomUUID } from 'node:crypto'
import { decodeBase64Bytes } from './base64.ts'

/** Shorter ones cost little as text. */
const longString = 65_536
/** An answer of this many quotes is not mainly pictures, and is read as text from there on. */
const mostQuotes = 20_000

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a

interface Taken {
  readonly text: string
  readonly pictures: ReadonlyMap<string, Uint8Array>
}

/**
 * The text of a JSON answer without its pictures: as text they would take several times their size. Takes out the long values of `field`
 * that are plain base64; all others stay for the parser to judge. A string is put in the place of a string, so the text is JSON if
 * the whole was.
 * @returns the text, and the pictures by what stands there instead of them, which no engine can know
 */
export function takePictures(body: Buffer, field: string): Taken {
  const pictures = new Map<string, Uint8Array>()
  const rest: string[] = []
  const decoder = new TextDecoder()
  let kept = 0
  let key: Span | null = null
  for (const found of strings(body)) {
    const isValue = found.end - found.start >= longString && key !== null && isKey(body, { key, value: found, field })
    const bytes = isValue ? decodeBase64Bytes(body.subarray(found.start, found.end)) : null
    if (bytes !== null) {
      const place = randomUUID()
      pictures.set(place, bytes)
      rest.push(decoder.decode(body.subarray(kept, found.start), { stream: true }), place)
      kept = found.end
    }
    key = found
  }
  rest.push(decoder.decode(body.subarray(kept)))
  return { text: rest.join(''), pictures }
}

/** What stands between the quotes. */
interface Span {
  readonly start: number
  readonly end: number
}

/** The strings as the parser will find them: nothing but a quote begins one, and nothing but a quote that is not escaped ends it. */
function* strings(body: Buffer): Generator<Span> {
  let start: number | null = null
  let at = body.indexOf(quote)
  for (let count = 0; at !== -1 && count < mostQuotes; count++) {
    if (start === null) start = at + 1
    else if (!isEscaped(body, start, at)) {
      yield { start, end: at }
      start = null
    }
    at = body.indexOf(quote, at + 1)
  }
}

function isEscaped(body: Buffer, start: number, at: number): boolean {
  let before = at
  while (before > start && body[before - 1] === backslash) before--
  return (at - before) % 2 === 1
}

function isKey(body: Buffer, { key, value, field }: { key: Span; value: Span; field: string }): boolean {
  if (key.end - key.start !== field.length || body.toString('latin1', key.start, key.end) !== field) return false
  let colons = 0
  for (let at = key.end + 1; at < value.start - 1; at++) {
    if (body[at] === colon) colons++
    else if (!isSpace(body[at])) return false
  }
  return colons === 1
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}
