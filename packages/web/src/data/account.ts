// One's own account.
import { routes, type ApiKeyCreate, type RouteInput } from '@easel/contract'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { tellOtherTabs } from './other-tabs.ts'
import { createPasskey } from './passkeys.ts'
import { authStatusQuery, leaveForGood } from './session.ts'

const keys = {
  sessions: ['account', 'sessions'],
  factors: ['account', 'factors'],
  passkeys: ['account', 'passkeys'],
  apiKeys: ['account', 'keys'],
  usage: ['account', 'usage'],
} as const

export function sessionsQuery() {
  return queryOptions({
    queryKey: keys.sessions,
    queryFn: async ({ signal }) => (await call(routes.listSessions, {}, { signal })).data,
    staleTime: 0,
  })
}

export function factorsQuery() {
  return queryOptions({
    queryKey: keys.factors,
    queryFn: async ({ signal }) => (await call(routes.getFactors, {}, { signal })).data,
    staleTime: 0,
  })
}

export function passkeysQuery() {
  return queryOptions({
    queryKey: keys.passkeys,
    queryFn: async ({ signal }) => (await call(routes.listPasskeys, {}, { signal })).data,
    staleTime: 0,
  })
}

export function apiKeysQuery() {
  return queryOptions({
    queryKey: keys.apiKeys,
    queryFn: async ({ signal }) => (await call(routes.listApiKeys, {}, { signal })).data,
    staleTime: 0,
  })
}

export function usageQuery() {
  return queryOptions({
    queryKey: keys.usage,
    queryFn: async ({ signal }) => (await call(routes.getUsage, {}, { signal })).data,
    staleTime: 0,
  })
}

function useRefresh(...stale: readonly (readonly unknown[])[]) {
  const client = useQueryClient()
  return async () => {
    await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })))
  }
}

const status = authStatusQuery().queryKey

export function useUpdateMe() {
  return useMutation({
    mutationFn: async (name: string) => (await call(routes.updateMe, { body: { name } })).data,
    onSuccess: useRefresh(status),
  })
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: RouteInput<typeof routes.changePassword>['body']) => call(routes.changePassword, { body }),
    onSuccess: useRefresh(status, keys.sessions, keys.factors),
  })
}

export function useEndSession() {
  return useMutation({
    mutationFn: (id: string) => call(routes.endSession, { params: { id } }),
    onSuccess: useRefresh(keys.sessions),
  })
}

/** Ends every session but the one that asks. */
export function useEndOtherSessions() {
  return useMutation({
    mutationFn: async (ids: readonly string[]) => {
      for (const id of ids) await call(routes.endSession, { params: { id } })
    },
    onSettled: useRefresh(keys.sessions),
  })
}

/** The answer holds the secret and the recovery codes, once. */
export function useEnableTwoFactor() {
  return useMutation({
    mutationFn: async (password: string) => (await call(routes.enableTwoFactor, { body: { password } })).data,
  })
}

export function useVerifyTwoFactor() {
  return useMutation({
    mutationFn: (code: string) => call(routes.verifyTwoFactor, { body: { code } }),
    onSuccess: useRefresh(status, keys.factors, keys.sessions),
  })
}

export function useDisableTwoFactor() {
  return useMutation({
    mutationFn: (password: string) => call(routes.disableTwoFactor, { body: { password } }),
    onSuccess: useRefresh(status, keys.factors, keys.sessions),
  })
}

export function useRenewRecoveryCodes() {
  return useMutation({
    mutationFn: async (password: string) =>
      (await call(routes.renewRecoveryCodes, { body: { password } })).data.recoveryCodes,
    onSuccess: useRefresh(keys.factors),
  })
}

export function useCreatePasskey() {
  return useMutation({ mutationFn: createPasskey, onSuccess: useRefresh(keys.passkeys) })
}

export function useRenamePasskey() {
  return useMutation({
    mutationFn: ({ id, name }: { readonly id: string; readonly name: string }) =>
      call(routes.updatePasskey, { params: { id }, body: { name } }),
    onSuccess: useRefresh(keys.passkeys),
  })
}

export function useRemovePasskey() {
  return useMutation({
    mutationFn: (id: string) => call(routes.deletePasskey, { params: { id } }),
    onSuccess: useRefresh(keys.passkeys),
  })
}

/** Goes to the issuer; the answer comes back as another page. */
export function useConnectSingleSignOn() {
  return useMutation({
    mutationFn: async () => {
      const { data } = await call(routes.connectSingleSignOn, {})
      window.location.assign(data.url)
    },
  })
}

/** The answer holds the key, once. */
export function useCreateApiKey() {
  return useMutation({
    mutationFn: async (body: ApiKeyCreate) => (await call(routes.createApiKey, { body })).data,
    onSuccess: useRefresh(keys.apiKeys),
  })
}

export function useRevokeApiKey() {
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteApiKey, { params: { id } }),
    onSuccess: useRefresh(keys.apiKeys),
  })
}

/** Deletes everything, and leaves for the sign-in page in all tabs. */
export function useDeleteAccount() {
  return useMutation({
    mutationFn: async (body: { readonly password?: string }) => {
      await call(routes.deleteMe, { body })
      tellOtherTabs('left')
      await leaveForGood()
    },
  })
}
