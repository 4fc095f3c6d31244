// Other programs that are told what happens.
import { routes, type WebhookChange, type WebhookCreate, type WebhookDelivery } from '@easel/contract'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'

const keys = {
  all: ['webhooks'],
  list: ['webhooks', 'list'],
  deliveries: (id: string) => ['webhooks', 'deliveries', id],
} as const

const PAGE = 50
const SOON = 2000
const LATER = 15_000
const first: string | null = null

/** It may be switched off behind one's back, so it is looked at now and then. */
export function webhooksQuery() {
  return queryOptions({
    queryKey: keys.list,
    queryFn: async ({ signal }) => (await call(routes.listWebhooks, {}, { signal })).data,
    staleTime: 0,
    refetchInterval: LATER,
  })
}

const isSoon = ({ state, nextAttemptAt }: WebhookDelivery): boolean =>
  state === 'waiting' && (nextAttemptAt === null || Date.parse(nextAttemptAt) < Date.now() + LATER)

/** The log of one webhook, newest first. What is about to be sent is followed closely. */
export function deliveriesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: keys.deliveries(id),
    queryFn: ({ pageParam, signal }) => {
      const query = pageParam === null ? { limit: PAGE } : { limit: PAGE, cursor: pageParam }
      return call(routes.listWebhookDeliveries, { params: { id }, query }, { signal })
    },
    initialPageParam: first,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.data.some(isSoon)) === true ? SOON : LATER),
  })
}

function useRefresh() {
  const client = useQueryClient()
  return async () => await client.invalidateQueries({ queryKey: keys.all })
}

/** The answer holds the secret, once. */
export function useCreateWebhook() {
  return useMutation({
    mutationFn: async (body: WebhookCreate) => (await call(routes.createWebhook, { body })).data,
    onSuccess: useRefresh(),
  })
}

export function useUpdateWebhook() {
  return useMutation({
    mutationFn: async ({ id, ...body }: WebhookChange & { readonly id: string }) =>
      (await call(routes.updateWebhook, { params: { id }, body })).data,
    onSuccess: useRefresh(),
  })
}

export function useRemoveWebhook() {
  return useMutation({
    mutationFn: (id: string) => call(routes.deleteWebhook, { params: { id } }),
    onSuccess: useRefresh(),
  })
}

/** The answer holds the secret, once. */
export function useRenewWebhookSecret() {
  return useMutation({
    mutationFn: async (id: string) => (await call(routes.renewWebhookSecret, { params: { id } })).data,
    onSuccess: useRefresh(),
  })
}

export function useTestWebhook() {
  return useMutation({
    mutationFn: async (id: string) => (await call(routes.testWebhook, { params: { id } })).data,
    onSuccess: useRefresh(),
  })
}

export function useResendDelivery() {
  return useMutation({
    mutationFn: async (id: string) => (await call(routes.resendWebhookDelivery, { params: { id } })).data,
    onSuccess: useRefresh(),
  })
}
