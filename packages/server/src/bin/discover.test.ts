import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Connection, Generation, ProviderInfo } from '@easel/contract'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { FakeEngine } from '#providers/kit/fake-engine.ts'
import { plantProvider, startFreshEngine } from '#providers/spec/testing/new-folder.ts'
import { discoverProviders } from './discover.ts'
import { startEasel, type TestEasel } from './testing.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

async function plant(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await plantProvider(files)
  undo.push(() => rm(folder, { recursive: true, force: true }))
  return folder
}

describe('a provider that is a folder and nothing else', () => {
  let easel: TestEasel
  let engine: FakeEngine

  const get = async <T>(path: string, schema: z.ZodType<T>): Promise<T> =>
    z.object({ data: schema }).parse(await (await easel.fetch(path)).json()).data

  it('PR1: is in the catalogue with its form, has its connection, and draws', { timeout: 60_000 }, async () => {
    engine = await startFreshEngine()
    undo.push(() => engine.close())
    const providerFolder = await plant()
    easel = await startEasel({ providerFolder, environment: { FRESH_BASE_URL: engine.baseUrl } })
    undo.push(() => easel.stop())

    const listed = await get('/api/providers', z.array(ProviderInfo))
    expect(listed.find(({ id }) => id === 'fresh')).toMatchObject({
      label: 'Fresh',
      description: 'Draws with fresh paint.',
      key: 'none',
      settings: {
        type: 'object',
        properties: { paper: { title: 'Paper', enum: ['white', 'brown'], default: 'white' } },
      },
      options: { type: 'object', properties: { glow: { title: 'Glow', minimum: 0, maximum: 1 } } },
    })
    const connections = await get('/api/connections', z.array(Connection))
    const connection = connections.find(({ provider }) => provider === 'fresh')
    expect(connection).toMatchObject({ name: 'Fresh', baseUrl: engine.baseUrl })

    const request = { prompt: 'a fox', connectionId: connection?.id, size: '64x64', options: { glow: 0.5 } }
    const headers = { 'content-type': 'application/json' }
    const accepted = await easel.fetch('/api/generations', { method: 'POST', headers, body: JSON.stringify(request) })
    const { id } = Generation.parse(await accepted.json())
    const ended = async () => Generation.parse(await (await easel.fetch(`/api/generations/${id}`)).json())
    await expect.poll(async () => (await ended()).state).toBe('succeeded')
    expect(engine.requests.at(-1)?.json()).toMatchObject({ prompt: 'a fox', glow: 0.5 })
  })
})

describe('a folder that is no provider', () => {
  it.each([
    ['says another id', `export const provider = { manifest: { id: 'stale' }, listModels: 1, start: 1 }`],
    ['exports none', 'export const supplier = {}'],
    ['exports half of one', `export const provider = { manifest: { id: 'fresh' } }`],
  ])('is refused when it %s', async (_, text) => {
    const folder = await plant({ 'provider.ts': text })
    await expect(discoverProviders(folder)).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('providers/fresh/provider.ts must export a provider'),
    })
  })

  it('is passed over when it has no provider.ts', async () => {
    const folder = await plant()
    await rm(join(folder, 'fresh/provider.ts'))
    await writeFile(join(folder, 'fresh/notes.md'), 'later')
    expect([...(await discoverProviders(folder)).keys()]).toEqual([])
  })
})
