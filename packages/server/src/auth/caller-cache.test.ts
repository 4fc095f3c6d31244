import { expect, it } from 'vitest'
import { createCallerCache, rememberMs } from './caller-cache.ts'
import { everyScope, type Caller } from './caller.ts'

function open() {
  const time = { now: 1_000_000 }
  return { time, cache: createCallerCache({ now: () => time.now }) }
}

const callerOf = (userId: string): Caller => ({
  userId,
  role: 'user',
  by: 'session',
  scopes: everyScope,
  credentialId: null,
})
const ann = { caller: callerOf('ann'), endsAt: null }

it('AC3: remembers for five seconds, and never beyond the end of the credential', () => {
  const { time, cache } = open()
  cache.put(cache.mark(), 'long', ann)
  cache.put(cache.mark(), 'short', { ...ann, endsAt: new Date(time.now + 1000) })
  expect([cache.get('long'), cache.get('short')]).toEqual([ann.caller, ann.caller])
  time.now += 1000
  expect([cache.get('long'), cache.get('short')]).toEqual([ann.caller, null])
  time.now += rememberMs - 1000
  expect(cache.get('long')).toBeNull()
})

it('AC3: what was looked up before a change and comes back after it is not kept', () => {
  const { cache } = open()
  const mark = cache.mark()
  cache.distrust('bea')
  cache.put(mark, 'a', ann)
  expect(cache.get('a')).toBeNull()
})

it('AC3: while a change may not be committed yet, every request is looked up', () => {
  const { time, cache } = open()
  cache.put(cache.mark(), 'a', ann)
  cache.put(cache.mark(), 'b', { ...ann, caller: callerOf('bea') })
  cache.distrust('ann')
  cache.put(cache.mark(), 'a', ann)
  expect([cache.get('a'), cache.get('b')]).toEqual([null, callerOf('bea')])
  time.now += rememberMs
  cache.put(cache.mark(), 'a', ann)
  expect(cache.get('a')).toEqual(ann.caller)
})

it('AC9: remembers ten thousand at most, the newest', () => {
  const { cache } = open()
  for (let at = 0; at < 30_000; at += 1)
    cache.put(cache.mark(), `digest ${at}`, { ...ann, caller: callerOf(`user ${at}`) })
  expect(cache.size).toBe(10_000)
  expect([cache.get('digest 0'), cache.get('digest 29999')]).toEqual([null, callerOf('user 29999')])
})
