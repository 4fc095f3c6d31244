// What administrators see and do.
import { routes, type InstanceDefaults, type ManagedUserChange, type UserRemoval } from '@easel/contract'
import type { InvitationCreate, ManagedGroupChange } from '@easel/contract'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { call } from './client.ts'
import { recheckSession } from './session.ts'

const keys = {
  overview: ['admin', 'overview'],
  users: ['admin', 'users'],
  groups: ['admin', 'groups'],
  invitations: ['admin', 'invitations'],
  defaults: ['admin', 'defaults'],
  audit: (action: string | null) => ['admin', 'audit', action],
} as const

const PAGE = 50
const first: string | undefined = undefined
/** No event tells of what others do to accounts: what is come back to is asked for again, and shown as it was until then. */
const fresh = { staleTime: 0 } as const
const cursorOf = (value: string | undefined) => (value === undefined ? {} : { cursor: value })

/** Looked at again every ten seconds while it is shown: nothing tells a page that somebody else's queue has moved. */
export function overviewQuery() {
  return queryOptions({
    ...fresh,
    queryKey: keys.overview,
    queryFn: async ({ signal }) => (await call(routes.getOverview, {}, { signal })).data,
    refetchInterval: 10_000,
  })
}

export function usersQuery() {
  return infiniteQueryOptions({
    ...fresh,
    queryKey: keys.users,
    queryFn: ({ pageParam, signal }) =>
      call(routes.listUsers, { query: { limit: PAGE, ...cursorOf(pageParam) } }, { signal }),
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    // Who is being removed is gone soon.
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ data }) => data.some(({ removal }) => removal !== null)) === true ? 3_000 : false,
  })
}

export function invitationsQuery() {
  return queryOptions({
    ...fresh,
    queryKey: keys.invitations,
    queryFn: async ({ signal }) => (await call(routes.listInvitations, {}, { signal })).data,
  })
}

export function groupsQuery() {
  return queryOptions({
    ...fresh,
    queryKey: keys.groups,
    queryFn: async ({ signal }) => (await call(routes.listGroups, {}, { signal })).data,
  })
}

export interface GroupWish {
  /** Null: a new one. */
  readonly id: string | null
  readonly name: string
  readonly memberIds: string[]
}

export function useSaveGroup() {
  return useMutation({
    mutationFn: async ({ id, name, memberIds }: GroupWish) => {
      const body = { name, memberIds } satisfies ManagedGroupChange
      return id === null
        ? (await call(routes.createGroup, { body })).data
        : (await call(routes.updateGroup, { params: { id }, body })).data
    },
    onSuccess: useRefresh(keys.groups),
  })
}

export function useDeleteGroup() {
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteGroup, { params: { id } }),
    onSuccess: useRefresh(keys.groups),
  })
}

export function defaultsQuery() {
  return queryOptions({
    ...fresh,
    queryKey: keys.defaults,
    queryFn: async ({ signal }) => (await call(routes.getDefaults, {}, { signal })).data,
  })
}

/** @param action one kind of event, or null for all */
export function auditQuery(action: string | null) {
  return infiniteQueryOptions({
    ...fresh,
    queryKey: keys.audit(action),
    queryFn: ({ pageParam, signal }) => {
      const narrowed = action === null ? {} : { action }
      return call(routes.listAudit, { query: { limit: PAGE, ...narrowed, ...cursorOf(pageParam) } }, { signal })
    },
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

function useRefresh(...stale: readonly (readonly unknown[])[]) {
  const client = useQueryClient()
  return async () => {
    await Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })))
  }
}

export function useUpdateUser() {
  const client = useQueryClient()
  const refresh = useRefresh(keys.users, keys.overview)
  return useMutation({
    mutationFn: async ({ id, change }: { id: string; change: ManagedUserChange }) =>
      (await call(routes.updateUser, { params: { id }, body: change })).data,
    async onSuccess(_user, { change }) {
      // It may have been oneself, who is no administrator now.
      if (change.role !== undefined) await recheckSession(client)
      await refresh()
    },
  })
}

export function useRemoveUser() {
  return useMutation({
    mutationFn: async ({ id, removal }: { id: string; removal: UserRemoval }) =>
      (await call(routes.removeUser, { params: { id }, body: removal })).data,
    onSuccess: useRefresh(keys.users, keys.overview),
  })
}

/** The answer holds the token, once. */
export function useInvite() {
  return useMutation({
    mutationFn: async (body: Partial<InvitationCreate>) => (await call(routes.createInvitation, { body })).data,
    onSuccess: useRefresh(keys.invitations),
  })
}

export function useRevokeInvitation() {
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteInvitation, { params: { id } }),
    onSuccess: useRefresh(keys.invitations),
  })
}

export function useUpdateDefaults() {
  const client = useQueryClient()
  const refresh = useRefresh(keys.defaults)
  return useMutation({
    mutationFn: async (body: Partial<InstanceDefaults>) => (await call(routes.updateDefaults, { body })).data,
    // What the page knows of signing up is one of the rules.
    onSuccess: async () => await Promise.all([refresh(), recheckSession(client)]),
  })
}
