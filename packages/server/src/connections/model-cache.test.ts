import type { ModelInfo } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { createModelCache } from './model-cache.ts'

function setUp() {
  let time = 0
  let asked = 0
  const answers: { give: (models: readonly ModelInfo[]) => void; fail: (error: Error) => void }[] = []
  const cache = createModelCache({ now: () => time })
  const ask = () => {
    asked += 1
    const { promise, resolve, reject } = Promise.withResolvers<readonly ModelInfo[]>()
    answers.push({ give: resolve, fail: reject })
    return promise
  }
  return {
    answers,
    asked: () => asked,
    pass: (ms: number) => (time += ms),
    drop: () => cache.drop('a'),
    get: (question: { signature?: string; refresh?: boolean; connectionId?: string } = {}) =>
      cache.get({ connectionId: 'a', signature: 's', refresh: false, ...question }, ask),
  }
}

describe('the model cache', () => {
  it('CN12: asks once for those who ask at the same time, also with refresh', async () => {
    const { answers, asked, get } = setUp()
    const both = Promise.all([get(), get(), get({ refresh: true })])
    expect(asked()).toBe(1)
    answers[0]?.give([])
    expect(await both).toEqual([[], [], []])
  })

  it('CN12: an answer counts for a minute after it came, and refresh asks anew', async () => {
    const { answers, asked, get, pass } = setUp()
    const first = get()
    pass(30_000)
    answers[0]?.give([])
    await first
    pass(59_999)
    await get()
    expect(asked()).toBe(1)
    pass(1)
    const second = get()
    expect(asked()).toBe(2)
    answers[1]?.give([])
    await second
    get({ refresh: true }).catch(() => undefined)
    expect(asked()).toBe(3)
  })

  it('CN12: another signature or another connection is another question', async () => {
    const { answers, asked, get } = setUp()
    const first = get()
    answers[0]?.give([])
    await first
    get({ signature: 't' }).catch(() => undefined)
    get({ connectionId: 'b' }).catch(() => undefined)
    expect(asked()).toBe(3)
  })

  it('CN12: a failure that took long is kept as long as it took', async () => {
    const { answers, asked, get, pass } = setUp()
    const first = get()
    pass(10_000)
    answers[0]?.fail(new Error('no answer'))
    await expect(first).rejects.toThrow('no answer')
    pass(9_999)
    await expect(get()).rejects.toThrow('no answer')
    expect(asked()).toBe(1)
    pass(1)
    get().catch(() => undefined)
    expect(asked()).toBe(2)
  })

  it('CN12: a failure goes to all who asked, and one that came at once is not kept', async () => {
    const { answers, asked, get } = setUp()
    const both = Promise.allSettled([get(), get()])
    answers[0]?.fail(new Error('down'))
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    get().catch(() => undefined)
    expect(asked()).toBe(2)
  })

  it('CN12: an old question that fails late does not take away a newer answer', async () => {
    const { answers, asked, get } = setUp()
    const old = get({ signature: 'old' })
    const newer = get({ signature: 'new' })
    answers[1]?.give([])
    await newer
    answers[0]?.fail(new Error('down'))
    await expect(old).rejects.toThrow('down')
    await get({ signature: 'new' })
    expect(asked()).toBe(2)
  })

  it('forgets a connection that was removed', async () => {
    const { answers, asked, get, drop } = setUp()
    const first = get()
    answers[0]?.give([])
    await first
    drop()
    get().catch(() => undefined)
    expect(asked()).toBe(2)
  })
})
