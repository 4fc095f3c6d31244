// The rules of docs/spec/providers.md that a provider without pictures can hold; the suite of the others asks for one.
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startFakeEngine } from '../kit/fake-engine.ts'
import { contextsWith } from '../kit/testing.ts'
import type { ImageRequest } from '../spec/provider.ts'
import { provider } from './provider.ts'

const key = 'sk-ant-contract-9f8e7d6c5b4a3210fedc'
const request: ImageRequest = { model: 'claude', prompt: 'a lighthouse', n: 1, sources: [], options: {} }

const contextFor = contextsWith({ key })

describe('provider anthropic', () => {
  it('PR1: the manifest is sound', () => {
    const { manifest } = provider
    expect(manifest).toMatchObject({ id: 'anthropic', contractName: 'ANTHROPIC', builtIn: false })
    expect(manifest.description).toMatch(/\.$/)
    expect(new URL(manifest.defaultBaseUrl ?? '').protocol).toBe('https:')
    for (const schema of [manifest.settings, manifest.options]) {
      expect(z.toJSONSchema(schema, { io: 'input' })).toMatchObject({ type: 'object' })
      expect(schema.safeParse({}).success).toBe(true)
    }
  })

  it('PR2, PR15: it throws instead of listing nothing, with a reason and without the key', async () => {
    const engine = await startFakeEngine((_, reply) => reply.send(500, 'nobody should ask'))
    try {
      for (const call of [
        provider.listModels(contextFor(engine.baseUrl)),
        provider.start(request, contextFor(engine.baseUrl)),
      ]) {
        const error: unknown = await call.catch((thrown: unknown) => thrown)
        expect(error).toMatchObject({ kind: 'unsupported', code: 'unsupported-option', advice: 'never', status: null })
        expect(inspect(error, { depth: 12, showHidden: true })).not.toContain(key)
      }
      expect(engine.requests).toEqual([])
    } finally {
      await engine.close()
    }
  })

  it('PR5: a call that is aborted already is interrupted', async () => {
    const context = contextFor('http://127.0.0.1:9', { signal: AbortSignal.abort() })
    await expect(provider.start(request, context)).rejects.toMatchObject({ kind: 'interrupted' })
  })
})
