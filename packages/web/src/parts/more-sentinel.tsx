import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import classes from './more-sentinel.module.css'

interface MoreSentinelProps {
  readonly onMore: () => void
}

/** Asks for the next page when it comes near the screen. It is a button too, for keyboards. */
export function MoreSentinel({ onMore }: MoreSentinelProps) {
  const here = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  useEffect(() => {
    latest.current = onMore
  })
  useEffect(() => {
    const element = here.current
    if (element === null) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting === true) latest.current()
      },
      { rootMargin: '1200px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={here} className={classes['more']}>
      <Button variant="subtle" onClick={onMore}>
        Show more
      </Button>
    </div>
  )
}
