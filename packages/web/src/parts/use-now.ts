import { useEffect, useState } from 'react'

/** The time in milliseconds, anew every `every` milliseconds while `running`. */
export function useNow(every: number, running: boolean): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!running) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), every)
    return () => clearInterval(timer)
  }, [every, running])
  return now
}
