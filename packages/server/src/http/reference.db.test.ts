// The OpenAPI description says what the route table says, and can be read by those who know OpenAPI 3.1.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes, type Route } from '@easel/contract'
import { openServer, type TestServer } from './testing/server.ts'

const Parameter = z.object({
  name: z.string(),
  in: z.enum(['path', 'query', 'header', 'cookie']),
  required: z.boolean().optional(),
  schema: z.record(z.string(), z.unknown()),
})
const Content = z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) }))
const Operation = z.object({
  summary: z.string().min(10),
  parameters: z.array(Parameter).default([]),
  requestBody: z.object({ content: Content }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$|^default$/),
    z.object({ description: z.string(), content: Content.optional() }),
  ),
})
const Document = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.literal('Easel'), version: z.string() }),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), Operation),
  ),
  components: z
    .object({ schemas: z.record(z.string(), z.unknown()) })
    .partial()
    .optional(),
})

let server: TestServer
let raw: unknown
beforeAll(async () => {
  server = await openServer({ works: false })
  raw = (await server.ask('/api/openapi.json')).json()
})
afterAll(() => server.close())

function* walk(value: unknown): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return
  for (const entry of Object.entries(value)) {
    yield entry
    yield* walk(entry[1])
  }
}

describe('the description', () => {
  it('is OpenAPI 3.1', () => {
    const document = Document.parse(raw)
    expect(document.info.version).toBe('1.2.3')
    const references = [...walk(raw)].filter(([name]) => name === '$ref').map(([, target]) => String(target))
    for (const reference of references) {
      const path = reference.replace(/^#\//, '').split('/')
      const target = path.reduce<unknown>(
        (at, part) =>
          typeof at === 'object' && at !== null && part in at
            ? Object.entries(at).find(([name]) => name === part)?.[1]
            : undefined,
        raw,
      )
      expect(target, reference).toBeDefined()
    }
    // Words of OpenAPI 3.0 that mean nothing in 3.1.
    expect([...walk(raw)].filter(([name, value]) => name === 'nullable' && value === true)).toEqual([])
  })

  it.each(Object.entries<Route>(routes))('has %s', (_, route) => {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    const found = Document.parse(raw).paths[path]
    const operation = Operation.parse(
      Object.entries(found ?? {}).find(([method]) => method === route.method.toLowerCase())?.[1],
    )
    expect(operation.summary).toBe(route.summary)
    const named = (where: string) =>
      operation.parameters.filter((parameter) => parameter.in === where).map(({ name }) => name)
    expect(named('path')).toEqual(Object.keys(route.params?.shape ?? {}))
    expect(named('query')).toEqual(Object.keys(route.query?.shape ?? {}))
    for (const parameter of operation.parameters) if (parameter.in === 'path') expect(parameter.required).toBe(true)
    expect(operation.requestBody?.content['application/json'] !== undefined).toBe(route.body !== undefined)
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining([String(route.status), 'default']))
    expect(operation.responses[String(route.status)]?.content?.['application/json'] !== undefined).toBe(
      route.response !== undefined,
    )
  })

  it('has nothing else', () => {
    const listed = Object.entries(Document.parse(raw).paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method} ${path}`),
    )
    const known = Object.values<Route>(routes).map(
      ({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    )
    expect(listed.toSorted()).toEqual(known.toSorted())
  })
})

it('the page to read it loads, with everything that it needs from here', async () => {
  const first = await server.ask('/api/docs')
  const at =
    first.headers.location === undefined
      ? '/api/docs'
      : new URL(first.headers.location, `${server.baseUrl}/api/docs`).pathname
  const page = await server.ask(at)
  expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')])
  expect(page.text).toContain('/api/openapi.json')
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  const scripts = [...page.text.matchAll(/src="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(scripts.length).toBeGreaterThan(0)
  for (const script of scripts) {
    const url = new URL(script, `${server.baseUrl}${at.endsWith('/') ? at : `${at}/`}`)
    expect(url.origin).toBe(server.baseUrl)
    const loaded = await server.ask(url.pathname)
    expect([script, loaded.status, loaded.headers['content-type']]).toEqual([
      script,
      200,
      expect.stringContaining('javascript'),
    ])
  }
})
