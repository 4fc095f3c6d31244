import type { EaselEvent } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { idOf } from './__fixtures__/records.ts'
import { openEventStream, parseEvent, type StreamState } from './event-stream.ts'

class MessageLike extends Event {
  readonly data: string
  readonly lastEventId: string
  constructor(type: string, data: string, lastEventId = '') {
    super(type)
    this.data = data
    this.lastEventId = lastEventId
  }
}

/** A stream whose server the test plays, and a clock that it turns. */
function stage() {
  const sources: (EventTarget & { readyState: number; closed: boolean; close(): void })[] = []
  const waits: { milliseconds: number; run: () => void }[] = []
  const states: StreamState[] = []
  const events: EaselEvent[] = []
  const returns: boolean[] = []
  const readies: true[] = []
  const stop = openEventStream({
    url: '/api/events',
    onEvent: (event) => events.push(event),
    onState: (state) => states.push(state),
    onReady: () => readies.push(true),
    onReturn: (complete) => returns.push(complete),
    connect: () => {
      const source = Object.assign(new EventTarget(), {
        readyState: 0,
        closed: false,
        close() {
          source.closed = true
        },
      })
      sources.push(source)
      return source
    },
    wait: (milliseconds, run) => {
      const wait = { milliseconds, run }
      waits.push(wait)
      return () => void waits.splice(waits.indexOf(wait), 1)
    },
  })
  return { sources, waits, states, events, stop, returns, readies }
}

describe('event stream', () => {
  it('hands on events by their names and leaves out what it cannot read', () => {
    const { sources, events } = stage()
    const event = { type: 'image.deleted', imageId: idOf(1) }
    sources[0]?.dispatchEvent(new MessageLike('image.deleted', JSON.stringify(event)))
    sources[0]?.dispatchEvent(new MessageLike('image.deleted', '{"type":"image.del'))
    sources[0]?.dispatchEvent(new MessageLike('something.new', JSON.stringify(event)))
    expect(events).toEqual([event])
    expect(parseEvent(undefined)).toBeNull()
    expect(parseEvent('{"type":"album.created"}')).toBeNull()
  })

  it('leaves a broken line to the browser, and tells when the stream is back', () => {
    const { sources, waits, states, returns } = stage()
    sources[0]?.dispatchEvent(new Event('open'))
    sources[0]?.dispatchEvent(new MessageLike('reset', '{"type":"reset"}', '7'))
    expect(returns).toEqual([])
    sources[0]?.dispatchEvent(new Event('error'))
    expect(states.at(-1)).toBe('away')
    expect(waits).toEqual([])
    sources[0]?.dispatchEvent(new Event('open'))
    expect(states).toEqual(['connecting', 'open', 'away', 'open'])
    expect(returns).toEqual([true])
  })

  it('tells once that the server listens, so that what was read before can be read again', () => {
    const { sources, readies } = stage()
    sources[0]?.dispatchEvent(new Event('open'))
    expect(readies).toEqual([])
    sources[0]?.dispatchEvent(new Event('ready'))
    sources[0]?.dispatchEvent(new Event('error'))
    sources[0]?.dispatchEvent(new Event('ready'))
    expect(readies).toEqual([true])
  })

  it('does not take a return for complete when no event had told where the stream was', () => {
    const { sources, returns } = stage()
    sources[0]?.dispatchEvent(new Event('open'))
    sources[0]?.dispatchEvent(new MessageLike('generation.progress', '{}'))
    sources[0]?.dispatchEvent(new Event('error'))
    sources[0]?.dispatchEvent(new Event('open'))
    expect(returns).toEqual([false])
  })

  it('connects anew with growing pauses when the browser has given up', () => {
    const { sources, waits, returns } = stage()
    for (let round = 0; round < 6; round += 1) {
      const source = sources.at(-1)
      if (source) source.readyState = 2
      source?.dispatchEvent(new Event('error'))
      waits.at(-1)?.run()
    }
    expect(waits.map((wait) => wait.milliseconds)).toEqual([1000, 2000, 4000, 8000, 15_000, 15_000])
    expect(sources).toHaveLength(7)
    sources.at(-1)?.dispatchEvent(new Event('open'))
    expect(returns).toEqual([false])
    const last = sources.at(-1)
    if (last) last.readyState = 2
    last?.dispatchEvent(new Event('error'))
    expect(waits.at(-1)?.milliseconds).toBe(1000)
  })

  it('stops: nothing stays open or is waited for', () => {
    const { sources, waits, stop } = stage()
    if (sources[0]) sources[0].readyState = 2
    sources[0]?.dispatchEvent(new Event('error'))
    stop()
    expect(sources[0]?.closed).toBe(true)
    expect(waits).toEqual([])
  })
})
