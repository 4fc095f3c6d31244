import { routes } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { idOf, generationOf } from './__fixtures__/records.ts'
import { addressOf, ApiError, createCall, wordsOf } from './client.ts'

interface Sent {
  readonly url: string
  readonly init: RequestInit
}

/** A fetch that keeps what it was asked and answers the same every time. */
function answering(response: () => Response) {
  const sent: Sent[] = []
  const send: typeof fetch = async (input, init) => {
    sent.push({ url: typeof input === 'string' ? input : '', init: init ?? {} })
    return response()
  }
  return { call: createCall(send), sent }
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => null,
    (error: unknown) => error,
  )
}

describe('call', () => {
  it('sends the body as JSON with the given headers and hands back the parsed answer', async () => {
    const generation = generationOf(5)
    const { call, sent } = answering(() => Response.json({ ...generation, unknown: 1 }, { status: 202 }))
    const answer = await call(
      routes.createGeneration,
      { body: { prompt: 'x' } },
      { headers: { 'idempotency-key': 'k' } },
    )
    expect(answer).toEqual(generation)
    expect(sent[0]?.url).toBe('/api/generations')
    expect(sent[0]?.init.method).toBe('POST')
    expect(sent[0]?.init.body).toBe('{"prompt":"x"}')
    const headers = new Headers(sent[0]?.init.headers)
    expect(headers.get('idempotency-key')).toBe('k')
    expect(headers.get('content-type')).toBe('application/json')
  })

  it('fills path and query, and leaves out what is not set', () => {
    expect(addressOf('/api/images/:id', { params: { id: 'a/b' } })).toBe('/api/images/a%2Fb')
    expect(addressOf('/api/images', { query: { limit: 20, cursor: undefined, trash: 'true' } })).toBe(
      '/api/images?limit=20&trash=true',
    )
  })

  it('gives nothing for a route without a body', async () => {
    const { call, sent } = answering(() => new Response(null, { status: 204 }))
    expect(await call(routes.deleteImage, { params: { id: idOf(3) } })).toBeUndefined()
    expect(new Headers(sent[0]?.init.headers).has('content-type')).toBe(false)
  })

  it('turns a problem into an error with its code and fields', async () => {
    const problem = {
      type: 'about:blank',
      title: 'A field is missing or not valid',
      status: 400,
      code: 'validation-failed',
      detail: 'body.prompt must not be empty',
      error: 'body.prompt must not be empty',
      fields: [{ field: 'body.prompt', message: 'must not be empty' }],
    }
    const { call } = answering(() => Response.json(problem, { status: 400 }))
    const error = await caught(call(routes.listProviders, {}))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ code: 'validation-failed', status: 400, fields: problem.fields })
    expect(wordsOf(error)).toBe('Prompt must not be empty')
  })

  it('says `away` when nothing answers, and when a proxy says that nothing does', async () => {
    const refused = createCall(async () => await Promise.reject(new TypeError('Failed to fetch')))
    expect(await caught(refused(routes.listProviders, {}))).toMatchObject({ code: 'away', status: 0 })
    const { call } = answering(() => new Response('<html>', { status: 502 }))
    expect(await caught(call(routes.listProviders, {}))).toMatchObject({ code: 'away', status: 502 })
  })

  it('refuses an answer of another form instead of handing it on', async () => {
    const { call } = answering(() => Response.json({ data: [{ id: 5 }] }))
    expect(await caught(call(routes.listConnections, {}))).toMatchObject({ code: 'malformed' })
    const words = answering(() => new Response('hello', { status: 200 }))
    expect(await caught(words.call(routes.listConnections, {}))).toMatchObject({ code: 'malformed' })
  })

  it('throws the reason of the signal, not `away`, when the caller stopped', async () => {
    const stop = new AbortController()
    const call = createCall(async (_input, init) => {
      stop.abort()
      return await Promise.reject(init?.signal?.reason)
    })
    expect(await caught(call(routes.listProviders, {}, { signal: stop.signal }))).toMatchObject({ name: 'AbortError' })
  })
})
