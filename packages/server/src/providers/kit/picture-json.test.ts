import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ProviderError } from '../spec/provider-error.ts'
import { parseJson } from './engine-response.ts'
import { takePictures } from './picture-json.ts'

const picture = randomBytes(200_001)
const base64 = picture.toString('base64')

function read(text: string | Buffer): unknown {
  const { text: rest, pictures } = takePictures(Buffer.from(text), 'b64_json')
  return parseJson(rest, 'engine.example', pictures)
}

describe('JSON with pictures', () => {
  it.each([
    ['alone', `{"b64_json":"${base64}"}`],
    ['first of its fields', `{"b64_json":"${base64}","n":1}`],
    ['last of its fields', `{"n":1,"b64_json":"${base64}"}`],
    ['with space around', `{ "n" : [1, 2] ,\r\n\t"b64_json" \n:\t "${base64}" }`],
    ['after quotes and backslashes that are escaped', String.raw`{"a\"b\\":"\\\"\\","b64_json":"${base64}"}`],
    ['after letters of other writings', `{"a":"ü 画 😀","b64_json":"${base64}"}`],
    ['without padding', `{"b64_json":"${base64.replace(/=+$/, '')}"}`],
    ['URL-safe', `{"b64_json":"${picture.toString('base64url')}"}`],
  ])('gives the bytes of a picture: %s', (_, text) => {
    const { b64_json, ...rest }: Record<string, unknown> = Object(read(text))
    expect(b64_json instanceof Uint8Array && picture.equals(b64_json)).toBe(true)
    const { b64_json: __, ...asText }: Record<string, unknown> = Object(JSON.parse(text))
    expect(rest).toEqual(asText)
  })

  it.each([0, 1, 2, 3])('any length: %i bytes more than whole pieces', (more) => {
    const bytes = randomBytes(49_152 * 2 + more)
    const answer = read(`{"b64_json":"${bytes.toString('base64')}"}`)
    expect(Object(answer).b64_json).toEqual(bytes)
  })

  it('gives every picture its own place', () => {
    const pictures = [1, 2, 3].map(() => randomBytes(90_000))
    const data = pictures.map((bytes) => `{"b64_json":"${bytes.toString('base64')}","revised_prompt":"b64_json"}`)
    expect(read(`{"data":[${data.join(',')}],"b64_json":null}`)).toEqual({
      data: pictures.map((bytes) => ({ b64_json: bytes, revised_prompt: 'b64_json' })),
      b64_json: null,
    })
  })

  it.each([
    ['small', '{"b64_json":"AAAA"}'],
    ['of another field', `{"url":"${base64}"}`],
    ['of a field whose name ends alike', `{"x_b64_json":"${base64}"}`],
    ['in a list', `{"a":["b64_json","${base64}"]}`],
    ['a key', `{"b64_json":1,"${base64}":2}`],
    ['with slashes escaped', `{"b64_json":"${base64.replaceAll('/', String.raw`\/`)}"}`],
    ['in lines', String.raw`{"b64_json":"${base64.replaceAll(/.{76}/g, String.raw`$&\n`)}"}`],
    ['a data: URL', `{"b64_json":"data:image/png;base64,${base64}"}`],
    ['with a foreign character', `{"b64_json":"${base64.slice(0, 70_000)}!!${base64.slice(70_002)}"}`],
    ['with a foreign character at the end', `{"b64_json":"${base64.slice(0, -9)}ü${base64.slice(-8)}"}`],
    ['padding in the middle', `{"b64_json":"${base64.slice(0, 65_535)}=${base64.slice(65_536)}"}`],
    ['after more strings than are looked at', `{"a":[${'"",'.repeat(20_000)}1],"b64_json":"${base64}"}`],
  ])('leaves as text what is %s', (_, text) => {
    expect(read(text)).toEqual(JSON.parse(text))
  })

  it('leaves out the mark of the byte order', () => {
    expect(read(`\u{feff}{"b64_json":"${base64}"}`)).toEqual({ b64_json: picture })
  })

  it.each([
    ['cut off in the picture', `{"b64_json":"${base64}`],
    ['cut off after it', `{"b64_json":"${base64}"`],
    ['with two colons', `{"b64_json"::"${base64}"}`],
    ['with line breaks that are not escaped', `{"b64_json":"${base64.slice(0, 70_000)}\n${base64.slice(70_000)}"}`],
    ['with a quote too many', `{"a":"",","b64_json":"${base64}"}`],
    ['with an escape that there is not', String.raw`{"b64_json":"${base64}\x"}`],
  ])('PR10: refuses what is no JSON: %s', (_, text) => {
    expect(() => read(text)).toThrow(ProviderError)
  })
})
