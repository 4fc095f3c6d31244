// Every route of the route table: what it answers, in which form, and what it changes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fillPath, Problem, routes, type EaselEvent, type Route } from '@easel/contract'
import { present } from '#base/errors.ts'
import { until, type Answer } from './testing/server.ts'
import { accountScenarios } from './testing/account-scenarios.ts'
import { adminScenarios } from './testing/admin-scenarios.ts'
import { connectionScenarios } from './testing/connection-scenarios.ts'
import { downloadScenarios } from './testing/download-scenarios.ts'
import { factorScenarios } from './testing/factor-scenarios.ts'
import { generationScenarios } from './testing/generation-scenarios.ts'
import { guestScenarios } from './testing/guest-scenarios.ts'
import { bulkScenarios } from './testing/bulk-scenarios.ts'
import { imageScenarios } from './testing/image-scenarios.ts'
import { libraryScenarios } from './testing/library-scenarios.ts'
import { importScenarios } from './testing/import-scenarios.ts'
import { passkeyScenarios } from './testing/passkey-scenarios.ts'
import { peopleScenarios } from './testing/people-scenarios.ts'
import { promptScenarios } from './testing/prompt-scenarios.ts'
import { shareScenarios } from './testing/share-scenarios.ts'
import { transferScenarios } from './testing/transfer-scenarios.ts'
import { webhookScenarios } from './testing/webhook-scenarios.ts'
import { writingScenarios } from './testing/writing-scenarios.ts'
import { openWorld, type Scenario, type Scenarios, type World } from './testing/scenario.ts'

const table: Scenarios<keyof typeof routes> = {
  ...generationScenarios,
  ...imageScenarios,
  ...libraryScenarios,
  ...bulkScenarios,
  ...connectionScenarios,
  ...transferScenarios,
  ...downloadScenarios,
  ...writingScenarios,
  ...promptScenarios,
  ...importScenarios,
  ...accountScenarios,
  ...factorScenarios,
  ...passkeyScenarios,
  ...adminScenarios,
  ...guestScenarios,
  ...webhookScenarios,
  ...shareScenarios,
  ...peopleScenarios,
}

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

async function newestEvent({ pipeline } = world.server): Promise<number> {
  const row = await pipeline.db.selectFrom('events').select('seq').orderBy('seq', 'desc').executeTakeFirst()
  return row?.seq ?? 0
}

/** Types of what was told since, but for thumbnails, which are made when there is time. */
async function eventsAfter(seq: number, { pipeline } = world.server): Promise<string[]> {
  const rows = await pipeline.db.selectFrom('events').select('event').where('seq', '>', seq).orderBy('seq').execute()
  const types = rows.map(({ event }) => (event as EaselEvent).type) // oxlint-disable-line typescript/consistent-type-assertions -- what was appended
  return types.filter((type) => type !== 'image.changed')
}

function checkForm(route: Route, answer: Answer, { status, code, fields }: Scenario): void {
  expect(answer.status, answer.text).toBe(status)
  if (status === 204) {
    expect(answer.text).toBe('')
    return
  }
  if (status < 400) {
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    const schema = present(route.response, 'response schema')
    expect(schema.parse(answer.json()), 'nothing but what the contract promises').toEqual(answer.json())
    return
  }
  expect(answer.headers['content-type']).toBe('application/problem+json')
  const problem = Problem.parse(answer.json())
  expect(problem).toMatchObject({ status, code })
  expect(problem.detail.length).toBeGreaterThan(5)
  expect(problem.fields?.map(({ field }) => field)).toEqual(fields)
}

/** Whatever an earlier scenario began is done, so that nothing is told of it any more; what was submitted to `busy` never begins. */
async function settled(): Promise<void> {
  const atWork = world.server.pipeline.db
    .selectFrom('generations')
    .select('id')
    .where('state', 'in', ['queued', 'running'])
    .where('connection_id', '!=', world.busy)
  await until(async () => (await atWork.execute()).length === 0)
}

describe.each(Object.entries(table))('%s', (name, scenarios) => {
  const route: Route = present(Object.entries(routes).find(([key]) => key === name)?.[1], name)

  it.each(scenarios)('$name', async (scenario) => {
    const { as = null } = scenario
    const { people } = world
    const server = as === null ? world.server : as === 'first' ? world.unused : people.server
    await settled()
    const before = await newestEvent(server)
    const { params = {}, query, body, headers = {} } = await scenario.request(world)
    const path = fillPath(route.path, params) + (query === undefined ? '' : `?${query}`)
    const session = as === 'admin' || as === 'user' ? people[as].headers : {}
    const answer = await server.ask({ method: route.method, path, body, headers: { ...session, ...headers } })
    checkForm(route, answer, scenario)
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    expect(answer.text).not.toContain(world.key)
    if (scenario.shape !== undefined) expect(answer.json()).toMatchObject(scenario.shape)
    if (scenario.events !== 'any') expect(await eventsAfter(before, server)).toEqual(scenario.events ?? [])
  })
})

describe('the table', () => {
  it.each(Object.entries<Route>(routes))('has what %s needs', (name, route) => {
    const scenarios = present(Object.entries(table).find(([key]) => key === name)?.[1], `a row for ${name}`)
    const names = scenarios.map((scenario) => scenario.name)
    expect(names).toContain('success')
    // What administrators look after is nobody's own.
    const others = route.access === 'admin' ? [] : ['somebody else’s']
    if (route.params !== undefined) expect(names).toEqual(expect.arrayContaining(['absent', ...others]))
    if (route.query !== undefined || route.body !== undefined || route.params !== undefined) {
      expect(
        scenarios.some(({ fields }) => fields !== undefined),
        'bad input that names its field',
      ).toBe(true)
    }
  })
})

describe('every route with a body', () => {
  const withBody = Object.entries<Route>(routes).filter(([, { body }]) => body !== undefined)
  const json = { 'content-type': 'application/json' }
  let paths: Record<string, string>
  beforeEach(() => {
    paths = Object.fromEntries(withBody.map(([name, { path }]) => [name, fillPath(path, { id: world.idle })]))
  })
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)

  const cases: readonly (readonly [string, string | Uint8Array, Record<string, string>, number, string])[] = [
    ['broken JSON', '{"prompt": ', json, 400, 'bad-request'],
    ['a second document', '{} {}', json, 400, 'bad-request'],
    ['a prototype', '{"__proto__": {"n": 1}}', json, 400, 'bad-request'],
    ['a constructor’s prototype', '{"constructor": {"prototype": {"n": 1}}}', json, 400, 'bad-request'],
    ['NUL', '{"prompt": "a\\u0000", "name": "a\\u0000", "options": {"x": "\\u0000"}}', json, 400, 'validation-failed'],
    [
      'NUL deep inside',
      '{"prompt": "a", "name": "a", "settings": {"x": ["\\u0000"]}, "options": {"x": [{"y": "\\u0000"}]}}',
      json,
      400,
      'validation-failed',
    ],
    ['half a character', '{"prompt": "\\ud800", "name": "\\ud800"}', json, 400, 'validation-failed'],
    [
      'half a character as a name',
      '{"options": {"\\udfff": 1}, "settings": {"\\udfff": 1}}',
      json,
      400,
      'validation-failed',
    ],
    [
      'numbers beyond all',
      '{"prompt": "a", "seed": 1e400, "concurrency": 1e400, "options": {"n": 1e400}, "profileId": 1e400}',
      json,
      400,
      'validation-failed',
    ],
    ['a hundred thousand levels', deep, json, 400, 'bad-request'],
    [
      'a hundred thousand levels in an option',
      `{"prompt": "a", "name": "a", "settings": {"x": ${deep}}, "options": {"x": ${deep}}}`,
      json,
      400,
      'bad-request',
    ],
    ['2 MB and more', `{"prompt": "${'x'.repeat(2.1 * 1024 * 1024)}"}`, json, 413, 'too-large'],
    ['text', 'prompt=a', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a form', 'prompt=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['no content type', '{"prompt": "a"}', {}, 415, 'unsupported-media-type'],
    ['a content type that is none', '{}', { 'content-type': ';;;' }, 415, 'unsupported-media-type'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), json, 400, 'bad-request'],
  ]

  it.each(cases)('refuses %s', async (_, body, headers, status, code) => {
    const before = await newestEvent()
    for (const [name, route] of withBody) {
      // Takes pictures in its JSON; http/add-images.db.test.ts has its own limit.
      if (name === 'addImage' && status === 413) continue
      const answer = await world.server.ask({ method: route.method, path: present(paths[name], name), body, headers })
      expect(answer.status, `${name}: ${answer.text}`).toBe(status)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      expect(answer.json()).toMatchObject({ status, code, error: expect.any(String) })
    }
    expect(await eventsAfter(before)).toEqual([])
  })

  it('takes unicode as it is', async () => {
    const prompt = 'Füchse 🦊 狐 \u202e rtl \u200b'
    const answer = await world.server.ask({
      method: 'POST',
      path: '/api/generations',
      body: { prompt, connectionId: world.busy },
    })
    expect(answer.json()).toMatchObject({ request: { prompt }, resolvedPrompt: prompt })
  })
})

it('the same Idempotency-Key twenty times at once is one generation', async () => {
  const headers = { 'idempotency-key': 'twenty' }
  const question = {
    method: 'POST',
    path: '/api/generations',
    headers,
    body: { prompt: 'a', connectionId: world.busy },
  }
  const answers = await Promise.all(Array.from({ length: 20 }, () => world.server.ask(question)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  const ids = answers.map((answer) => routes.createGeneration.response.parse(answer.json()).id)
  expect(new Set(ids).size).toBe(1)
})

it('no key was ever logged', () => {
  expect(world.server.pipeline.lines.join('\n')).not.toContain(world.key)
})
