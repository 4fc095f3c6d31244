import { useEffect, useState } from 'react'
import { useLive } from '#data/live.ts'
import { dateTime } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './away-banner.module.css'

const PATIENCE = 1500

/** Says that the server is gone, but not for the blink of an eye that a restart takes. */
export function AwayBanner() {
  const { stream, visitTime } = useLive()
  const away = stream === 'away'
  const [shown, setShown] = useState(false)
  useEffect(() => {
    if (!away) {
      setShown(false)
      return
    }
    const timer = setTimeout(() => setShown(true), PATIENCE)
    return () => clearTimeout(timer)
  }, [away])
  if (!shown) return null
  return (
    <div className={classes['banner']} role="alert">
      <Icon name="away" />
      <span>
        <strong>The server is away.</strong>{' '}
        {visitTime === null
          ? 'Trying to reach it again. Nothing that you submitted is lost.'
          : `This is from your last visit, ${dateTime(visitTime)}.`}
      </span>
    </div>
  )
}
