import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createEngineHttp } from './engine-http.ts'
import { engineWords, mapHttpError, mapLateFault, readErrorBody, readFault } from './error-mapping.ts'
import { startFakeEngine } from './fake-engine.ts'

const key = 'sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz012345'
const options = { engine: 'Engine', secrets: [key] }

const shapes: readonly (readonly [string, unknown, { message: string; type?: string | null; code?: string | null }])[] =
  [
    [
      'OpenAI',
      { error: { message: 'no', type: 'invalid_request_error', param: 'x', code: 'unknown_parameter' } },
      { message: 'no', type: 'invalid_request_error', code: 'unknown_parameter' },
    ],
    ['LocalAI', { error: { code: 500, message: 'no', type: '' } }, { message: 'no', code: '500' }],
    [
      'Google generateContent',
      { error: { code: 429, message: 'no', status: 'RESOURCE_EXHAUSTED', details: [{ retryDelay: '34s' }] } },
      { message: 'no', type: 'RESOURCE_EXHAUSTED', code: '429' },
    ],
    [
      'Google in a list',
      [{ error: { code: 400, message: 'no', status: 'X' } }],
      { message: 'no', type: 'X', code: '400' },
    ],
    [
      'Google Interactions',
      { error: { code: 'invalid_request', message: 'no' } },
      { message: 'no', code: 'invalid_request' },
    ],
    ['OpenRouter', { error: { code: 402, message: 'no', metadata: {} }, user_id: 'u' }, { message: 'no', code: '402' }],
    ['Ollama', { error: 'no' }, { message: 'no' }],
    ['xAI', { code: 'imagine:moderated', error: 'no' }, { message: 'no', code: 'imagine:moderated' }],
    ['FastAPI text', { detail: 'no' }, { message: 'no' }],
    [
      'FastAPI list',
      {
        detail: [
          { loc: ['body', 'steps'], msg: 'too many', type: 'v' },
          { loc: ['body'], msg: 'no' },
        ],
      },
      { message: 'steps: too many; no' },
    ],
    ['Replicate', { title: 'Input validation failed', detail: 'no', status: 422 }, { message: 'no' }],
    [
      'A1111',
      { error: 'OutOfMemoryError', detail: '', body: '', errors: 'no' },
      { message: 'no', type: 'OutOfMemoryError' },
    ],
    ['SD.Next', { error: 'X', detail: 'no', code: 404, errors: '' }, { message: 'no', type: 'X', code: '404' }],
    ['koboldcpp', { detail: { msg: 'no', type: 'bad_input' } }, { message: 'no', type: 'bad_input' }],
    [
      'ComfyUI',
      { error: { type: 'prompt_no_outputs', message: 'no', details: 'why', extra_info: {} }, node_errors: {} },
      { message: 'no: why', type: 'prompt_no_outputs' },
    ],
    [
      'Stability',
      { id: '1', name: 'bad_request', errors: ['no', 'never'] },
      { message: 'no; never', type: 'bad_request' },
    ],
    ['plain text', 'upstream timed out\n', { message: 'upstream timed out' }],
    ['JSON as text', '{"error":{"message":"no"}}', { message: 'no' }],
    ['cut-off JSON', '{"error":{"mess', { message: '{"error":{"mess' }],
    ['a page', '<!DOCTYPE html><html><h1>502</h1></html>', { message: '' }],
    ['nothing', '', { message: '' }],
    ['null', null, { message: '' }],
    ['an error that is null', { error: null }, { message: '' }],
  ]

const answer = (status: number, headers: Record<string, string> = {}) => ({ status, headers: new Headers(headers) })

describe('error mapping', () => {
  it.each(shapes)('PR26: reads the shape of %s', (_, body, expected) => {
    expect(readFault(body)).toEqual({ type: null, code: null, ...expected })
  })

  it.each([
    [400, 'bad-request', 'never'],
    [401, 'auth', 'never'],
    [402, 'quota', 'never'],
    [403, 'auth', 'never'],
    [404, 'not-found', 'never'],
    [408, 'timeout', 'never'],
    [410, 'not-found', 'never'],
    [413, 'bad-request', 'never'],
    [422, 'bad-request', 'never'],
    [429, 'rate-limited', 'safe-to-resend'],
    [451, 'content-rejected', 'never'],
    [500, 'unavailable', 'never'],
    [501, 'unsupported', 'never'],
    [502, 'unavailable', 'never'],
    [503, 'unavailable', 'never'],
    [504, 'timeout', 'never'],
    [529, 'unavailable', 'never'],
    [302, 'malformed-response', 'never'],
  ])('PR26: status %i is %s, %s', (status, kind, advice) => {
    expect(mapHttpError(answer(status), '{"error":"no"}', options)).toMatchObject({
      kind,
      advice,
      status,
      message: 'Engine: no',
    })
  })

  it('PR25: 503 is safe to resend only when the engine says when', () => {
    const error = mapHttpError(answer(503, { 'retry-after': '3' }), '', options)
    expect(error).toMatchObject({ kind: 'unavailable', advice: 'safe-to-resend', retryAfterMs: 3000 })
  })

  it("PR26: the engine's own codes go before the status; a late fault is never resent", () => {
    const codes = { insufficient_quota: { kind: 'quota' } } as const
    const body = { error: { message: 'no credits', code: 'insufficient_quota' } }
    const error = mapHttpError(answer(429), JSON.stringify(body), { ...options, codes })
    expect(error).toMatchObject({ kind: 'quota', advice: 'never', status: 429 })
    expect(mapLateFault(readFault(body), { ...options, codes })).toMatchObject({ kind: 'quota', advice: 'never' })
    expect(mapLateFault(readFault({ error: 'oops' }), options)).toMatchObject({ kind: 'unavailable', advice: 'never' })
    expect(mapHttpError(answer(400), '{"error":{"code":"constructor"}}', { ...options, codes }).kind).toBe(
      'bad-request',
    )
  })

  it('PR26: a page becomes one plain sentence with the status', () => {
    const error = mapHttpError(answer(502), '<html><body><h1>Bad gateway</h1>cloudflare</body></html>', options)
    expect(error.message).toBe('Engine answered with status 502 (bad gateway) and no explanation')
  })

  it('PR26: at most 500 characters of the engine, on one line', () => {
    const error = mapHttpError(answer(400), `a\r\n\tb\u0007${'x'.repeat(9000)}`, options)
    expect(error.message.length).toBeLessThanOrEqual(510)
    expect(error.message).toMatch(/^Engine: a b x+…$/)
  })

  it.each([
    `Incorrect API key provided: ${key}. See https://example.com`,
    `bad header "Authorization: Bearer ${key}"`,
    `Incorrect API key provided: sk-proj-********************2345.`,
    `base64 ${Buffer.from(key).toString('base64')}`,
    `it began with ${key.slice(0, 20)} and ended with ${key.slice(-12)}`,
    `x${key}x${key}`,
    `${'y'.repeat(480)}${key}`,
  ])('PR15: %s is shown without the key', (words) => {
    const error = mapHttpError(answer(401), JSON.stringify({ error: { message: words } }), options)
    const shown = inspect(error, { depth: 9 })
    for (let at = 0; at + 8 <= key.length; at++) expect(shown).not.toContain(key.slice(at, at + 8))
    expect(shown).not.toContain('2345.')
  })

  it.each(['base64', 'base64url', 'hex'] as const)('PR15: nor in %s, wherever in the text it begins', (encoding) => {
    for (const before of ['', 'Bearer ', 'key: ']) {
      const encoded = Buffer.from(`${before}${key} and more`).toString(encoding)
      const error = mapHttpError(answer(401), JSON.stringify({ error: { message: `not ${encoded}` } }), options)
      expect(error.message).toContain('•••')
      const middle = Math.floor(encoded.length / 2)
      expect(error.message).not.toContain(encoded.slice(middle - 6, middle + 6))
    }
  })

  it.each([
    'xai-abcdefghijk1',
    'hf_abcdefgHijkl',
    'AIzaSyAbcdefghijkl',
    'r8_0bcdefghijkl',
    'Bearer ab.cd-9',
    'Basic dXNlcjpwYXNz',
  ])("PR15: %s looks like somebody's key", (other) => {
    expect(engineWords(`refused ${other} today`, [null])).toBe('refused ••• today')
  })

  it('PR15: ordinary words stay', () => {
    const words = 'The api-key is wrong: basic checks and a key frame, hf_hub_download, api_version 12'
    expect(engineWords(words, [key])).toBe(words)
    expect(engineWords('a short secret: pin', ['pin'])).toBe('a short secret: •••')
  })

  it('PR26: an error whose body breaks off or has no end is still read', async () => {
    const engine = await startFakeEngine(async ({ path }, reply) => {
      if (path === '/endless') return reply.flood(500)
      reply.begin(500, { 'content-length': '1000' })
      await reply.write('out of memory')
      reply.drop()
    })
    const http = createEngineHttp({
      baseUrl: engine.baseUrl,
      signal: new AbortController().signal,
      allowPrivateBase: true,
    })
    const init = { method: 'GET', headersTimeoutMs: 5000, bodyTimeoutMs: 5000, maxBytes: 1e9 } as const
    expect(await readErrorBody(await http.request('/cut', init))).toMatch(/^(out of memory)?$/)
    expect(await readErrorBody(await http.request('/endless', init))).toHaveLength(65_536)
    await engine.close()
  })
})
