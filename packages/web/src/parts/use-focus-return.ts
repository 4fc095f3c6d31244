import { useEffect, useRef, useState } from 'react'

/**
 * For a dialog that is there only while it is open: when it goes, the focus returns to what had it before, unless something
 * else has taken it. `find` names a better place than that, such as the tile of the picture that was looked at last.
 */
export function useFocusReturn(find: () => Element | null = () => null): void {
  const [before] = useState(() => document.activeElement)
  const latest = useRef(find)
  useEffect(() => {
    latest.current = find
  })
  useEffect(
    () => () => {
      if (document.activeElement !== null && document.activeElement !== document.body) return
      const place = latest.current() ?? before
      if (place instanceof HTMLElement && place.isConnected) place.focus({ preventScroll: true })
    },
    [before],
  )
}
