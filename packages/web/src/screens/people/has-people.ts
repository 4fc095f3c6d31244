import { useAuthStatus } from '#data/session.ts'

/** Whether one shares with others here: not where there is no sign-in, and not as a guest. */
export function useHasPeople(): boolean {
  const me = useAuthStatus()?.me ?? null
  return me !== null && me.role !== 'guest'
}
