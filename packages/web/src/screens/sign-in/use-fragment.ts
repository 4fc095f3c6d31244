import { useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { fragmentValue } from './fragment.ts'

/**
 * A secret out of the address, behind `#`, which browsers send to nobody. It is taken out of the address at once, so that it stands
 * neither on the screen nor in the history. Null when there is none.
 */
export function useFragment(name: string): string | null {
  const router = useRouter()
  const [value] = useState(() => fragmentValue(window.location.hash, name))
  useEffect(() => {
    if (value !== null) router.history.replace(window.location.pathname + window.location.search)
  }, [router, value])
  return value
}
