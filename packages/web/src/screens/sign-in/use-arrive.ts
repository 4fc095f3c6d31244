import { useRouter, useSearch } from '@tanstack/react-router'
import { ownPath } from '#data/own-path.ts'

/** @returns goes to where one wanted to be before signing in, else to the Studio */
export function useArrive(): () => void {
  const router = useRouter()
  const { to } = useSearch({ strict: false })
  return () => router.history.replace(ownPath(to, window.location.origin))
}
