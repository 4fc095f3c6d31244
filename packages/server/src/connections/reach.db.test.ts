import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Address } from '#providers/kit/guard.ts'
import { startTestEngine } from './testing/engine.ts'
import { openTestConnections } from './testing/open.ts'

let engine: Awaited<ReturnType<typeof startTestEngine>>
let test: Awaited<ReturnType<typeof openTestConnections>>
let names: Map<string, readonly Address[]>
beforeEach(async () => {
  engine = await startTestEngine()
  names = new Map()
})
afterEach(async () => {
  await test.close()
  await engine.close()
})

async function open(allowed: 'everyone' | 'admins' | 'nobody') {
  test = await openTestConnections({
    allowed,
    async resolve(name) {
      const found = names.get(name)
      if (found === undefined) throw new Error(`no ${name}`)
      return found
    },
  })
  return { admin: await test.addUser(), user: await test.addUser('user') }
}

const at = (address: string): Address => ({ address, family: address.includes(':') ? 6 : 4 })
const create = (of: string, baseUrl: string) =>
  test.connections.create(of, { name: baseUrl, provider: 'paint', baseUrl })

const refused = {
  code: 'validation-failed',
  fields: [{ field: 'body.baseUrl', message: expect.stringContaining('inside a private network') }],
}

describe('private addresses', () => {
  it('CN25: an ordinary user’s connection leads to no private, loopback or link-local address', async () => {
    const { user } = await open('admins')
    names.set('inside.example', [at('10.1.2.3')])
    names.set('both.example', [at('93.184.215.14'), at('127.0.0.1')])
    names.set('outside.example', [at('93.184.215.14')])
    const inside = [
      engine.baseUrl,
      'http://localhost:1234',
      'http://10.0.0.5',
      'http://192.168.1.1:8080/v1',
      'http://169.254.169.254/latest',
      'http://[::1]:11434',
      'http://[::ffff:127.0.0.1]:11434',
      'http://[fd00::1]',
      'http://0.0.0.0:1',
      'http://2130706433',
      'http://0x7f.1',
      'http://inside.example',
      'https://both.example',
    ]
    names.set('localhost', [at('127.0.0.1'), at('::1')])
    for (const baseUrl of inside) await expect(create(user, baseUrl), baseUrl).rejects.toMatchObject(refused)
    const { id } = await create(user, 'https://outside.example')
    for (const baseUrl of inside) {
      await expect(test.connections.update(user, id, { baseUrl }), baseUrl).rejects.toMatchObject(refused)
    }
    expect(await test.connections.list(user)).toMatchObject([{ baseUrl: 'https://outside.example' }])
    expect(engine.requests).toEqual([])
  })

  it('CN25: nor does one that has its provider’s usual address, when that is private', async () => {
    const { user } = await open('admins')
    await expect(test.connections.create(user, { name: 'x', provider: 'local' })).rejects.toMatchObject(refused)
  })

  it('CN25: each call looks again: a name that is private now is not called', async () => {
    const { user } = await open('admins')
    const { port } = new URL(engine.baseUrl)
    names.set('rebinding.example', [at('93.184.215.14')])
    const { id } = await create(user, `http://rebinding.example:${port}`)
    names.set('rebinding.example', [at('127.0.0.1')])
    await expect(test.connections.models(user, id)).rejects.toMatchObject({
      name: 'ProviderError',
      kind: 'bad-request',
      message: expect.stringContaining('does not let this connection go there'),
    })
    const { context } = await test.connections.openContext(user, id, new AbortController().signal)
    const limits = { headersTimeoutMs: 5000, bodyTimeoutMs: 5000, maxBytes: 1000 }
    await expect(context.http.request('/models', { method: 'GET', ...limits })).rejects.toMatchObject({
      kind: 'bad-request',
    })
    expect(engine.requests).toEqual([])
  })

  it('CN25: a name that nobody knows yet may be entered', async () => {
    const { user } = await open('admins')
    const { id } = await create(user, 'http://unknown.example')
    await expect(test.connections.models(user, id)).rejects.toMatchObject({ kind: 'unavailable' })
  })

  it('CN26: administrators’ connections may, also for those with whom they share them, as long as they are administrators', async () => {
    const { admin, user } = await open('admins')
    const { id } = await test.connections.create(admin, {
      name: 'Shared',
      provider: 'paint',
      baseUrl: engine.baseUrl,
      shared: true,
    })
    expect(await test.connections.models(user, id)).toHaveLength(2)
    await test.db.updateTable('users').set({ role: 'user' }).where('id', '=', admin).execute()
    await expect(test.connections.models(admin, id, { refresh: true })).rejects.toMatchObject({ kind: 'bad-request' })
  })

  it('CN26: with `nobody` administrators’ may not either, and with `everyone` all may', async () => {
    const { admin } = await open('nobody')
    await expect(create(admin, engine.baseUrl)).rejects.toMatchObject(refused)
    await test.close()
    const { user } = await open('everyone')
    const { id } = await create(user, engine.baseUrl)
    expect(await test.connections.models(user, id)).toHaveLength(2)
  })

  it('CN26: what the environment names may always, until a person moves it', async () => {
    const { admin } = await open('nobody')
    await test.connections.ensureInstanceConnections(admin, { LOCAL_HOST: engine.baseUrl }, { share: true })
    const [local] = (await test.connections.list(admin)).filter(({ provider }) => provider === 'local')
    const id = local?.id ?? ''
    expect(await test.connections.models(admin, id)).toHaveLength(2)
    await test.connections.update(admin, id, { name: 'Renamed', baseUrl: engine.baseUrl })
    await expect(test.connections.update(admin, id, { baseUrl: 'http://127.0.0.1:9' })).rejects.toMatchObject(refused)
    names.set('moved.example', [at('93.184.215.14')])
    const moved = `http://moved.example:${new URL(engine.baseUrl).port}`
    await test.connections.update(admin, id, { baseUrl: moved })
    names.set('moved.example', [at('127.0.0.1')])
    await expect(test.connections.models(admin, id)).rejects.toMatchObject({ kind: 'bad-request' })
  })
})
