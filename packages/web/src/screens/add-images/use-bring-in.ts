import { useEffect, useRef, useState } from 'react'
import { bringIn, type Bringing, type BringOptions } from '#data/bring-in.ts'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import type { Picked } from '#data/picked-files.ts'
import { count } from '#parts/format.ts'

interface Work {
  readonly state: 'running' | 'ended'
  readonly now: Bringing
}

const nothing: Bringing = {
  total: 0,
  done: 0,
  taken: 0,
  there: 0,
  refused: 0,
  left: 0,
  noted: 0,
  remarks: [],
  stopped: null,
}

/** One run of bringing files in, and what became of it. */
export function useBringIn() {
  const [work, setWork] = useState<Work | null>(null)
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const isRunning = work?.state === 'running'
  // Whoever leaves the page in the middle is asked whether they mean it.
  useEffect(() => {
    if (!isRunning) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [isRunning])

  async function start({ files, faults }: Picked, how: Pick<BringOptions, 'tags' | 'source'>): Promise<void> {
    const stop = new AbortController()
    running.current = stop
    const withFaults = (now: Bringing): Bringing =>
      faults.length === 0 ? now : { ...now, refused: now.refused + faults.length, remarks: [...faults, ...now.remarks] }
    const onProgress = (now: Bringing) => setWork({ state: 'running', now: withFaults(now) })
    setWork({ state: 'running', now: withFaults(nothing) })
    const end = await bringIn(files, { ...how, signal: stop.signal, onProgress }).catch((error: unknown): Bringing => ({
      ...nothing,
      stopped: wordsOf(error),
    }))
    announce(`${count(end.taken, 'picture', 'pictures')} added`)
    setWork({ state: 'ended', now: withFaults(end) })
  }

  return { work, start, stop: () => running.current?.abort(), again: () => setWork(null) }
}
