// Who is here, and how they come in.
import { routes, type AuthStatus, type RouteInput } from '@easel/contract'
import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { ApiError, call } from './client.ts'
import { setLeaving, setVisitTime } from './live.ts'
import { tellOtherTabs } from './other-tabs.ts'
import { changeVisitor, forgetVisitor, isSameVisitor } from './visitor.ts'
import { signInWithPasskey } from './passkeys.ts'
import { keys } from './queries.ts'
import { readVisit } from './visit.ts'

const statusKey = ['auth', 'status'] as const

export function authStatusQuery() {
  return queryOptions({
    queryKey: statusKey,
    queryFn: async ({ signal }) => (await call(routes.getAuthStatus, {}, { signal })).data,
    staleTime: 5 * 60_000,
    retry: false,
  })
}

async function askStatus(client: QueryClient): Promise<AuthStatus> {
  const status = await client.fetchQuery({ ...authStatusQuery(), staleTime: 0 })
  const visitor = status.me?.id ?? null
  if (!isSameVisitor(visitor)) await changeVisitor(visitor)
  return status
}

/**
 * Who is here, asked once. While the server is away this is who was here last, with the pictures that they saw.
 * @throws ApiError when the server cannot be asked and nobody was here
 */
export async function loadStatus(client: QueryClient): Promise<AuthStatus> {
  const known = client.getQueryData<AuthStatus>(statusKey)
  if (known !== undefined) return known
  try {
    return await askStatus(client)
  } catch (error) {
    const visit = error instanceof ApiError && error.code === 'away' ? await readVisit() : null
    if (visit === null) throw error
    const { at, status, pages } = visit
    client.setQueryData(statusKey, status, { updatedAt: at })
    client.setQueryData(keys.images({ trash: false }), pages, { updatedAt: at })
    setVisitTime(at)
    return status
  }
}

/** What the server said of the caller; undefined until it has. */
export function useAuthStatus(): AuthStatus | undefined {
  return useQuery(authStatusQuery()).data
}

/** Asks again who is here: the server has just said that it does not know. */
export async function recheckSession(client: QueryClient): Promise<void> {
  await client.invalidateQueries({ queryKey: statusKey })
}

/**
 * The same, when nothing is being changed: a change of the password or of the second factor ends the session and begins another
 * one, and until its answer is here this browser still names the one before.
 */
export async function recheckSettledSession(client: QueryClient): Promise<void> {
  if (client.isMutating() > 0) {
    await new Promise<void>((resolve) => {
      const stop = client.getMutationCache().subscribe(() => {
        if (client.isMutating() > 0) return
        stop()
        resolve()
      })
    })
  }
  await recheckSession(client)
}

/** After coming in: what was loaded before belonged to somebody else or to nobody. */
async function come(client: QueryClient): Promise<void> {
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== statusKey[0] })
  await askStatus(client)
  tellOtherTabs('came')
}

/** After the session ended by itself: nobody's pictures stay, but what was being written does, for when they are back. */
export async function leave(path: string): Promise<void> {
  await changeVisitor(null)
  // Nothing that is in the memory of this page outlives it.
  window.location.replace(path)
}

/** After signing out: nothing stays. */
export async function leaveForGood(): Promise<void> {
  await forgetVisitor()
  window.location.replace('/sign-in')
}

function useComing<T>(act: (input: T) => Promise<{ data: { secondFactor: boolean } }>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (input: T) => {
      const { data } = await act(input)
      if (!data.secondFactor) await come(client)
      return data
    },
  })
}

export const useSetUp = () => useComing((body: RouteInput<typeof routes.setUp>['body']) => call(routes.setUp, { body }))
export const useSignIn = () =>
  useComing((body: RouteInput<typeof routes.signIn>['body']) => call(routes.signIn, { body }))
export const useSignUp = () =>
  useComing((body: RouteInput<typeof routes.signUp>['body']) => call(routes.signUp, { body }))
export const useSecondFactor = () =>
  useComing((body: { code: string } | { recoveryCode: string }) => call(routes.verifySecondFactor, { body }))
export const usePasskeySignIn = () => useComing(async () => await signInWithPasskey())

export function useBeginAsGuest() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      await call(routes.beginGuest, {})
      await come(client)
    },
  })
}

export function useForgotPassword() {
  return useMutation({
    mutationFn: async (email: string) => (await call(routes.forgotPassword, { body: { email } })).data,
  })
}

export function useResetPassword() {
  return useMutation({
    mutationFn: (body: { token: string; password: string }) => call(routes.resetPassword, { body }),
  })
}

/** Signs out, here or everywhere, and leaves for the sign-in page in this tab and all others. */
export function useSignOut() {
  return useMutation({
    mutationFn: async (where: 'here' | 'everywhere') => {
      setLeaving(true)
      try {
        await call(where === 'here' ? routes.signOut : routes.signOutEverywhere, {})
      } catch (error) {
        setLeaving(false)
        throw error
      }
      tellOtherTabs('left')
      await leaveForGood()
    },
  })
}
