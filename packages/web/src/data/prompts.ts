// Lists, templates and styles, what a prompt becomes with them, and pictures made again.
import {
  routes,
  type AgainRequest,
  type PromptPartChange,
  type PromptPartCreate,
  type PromptPreviewRequest,
} from '@easel/contract'
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { storeGeneration } from './event-sink.ts'
import { keys } from './queries.ts'
import { randomKey } from './random-key.ts'

export function promptPartsQuery() {
  return queryOptions({
    queryKey: [...keys.prompts, 'parts'],
    queryFn: async ({ signal }) => (await call(routes.listPromptParts, { query: {} }, { signal })).data,
  })
}

/** One with its whole text. */
export function promptPartQuery(id: string) {
  return queryOptions({
    queryKey: [...keys.prompts, 'part', id],
    queryFn: async ({ signal }) => (await call(routes.getPromptPart, { params: { id } }, { signal })).data,
  })
}

/** What a prompt becomes, three times; below the lists, so that a change of one is noticed. */
export function previewQuery(request: PromptPreviewRequest) {
  return queryOptions({
    queryKey: [...keys.prompts, 'preview', request],
    queryFn: async ({ signal }) => (await call(routes.previewPrompt, { body: request }, { signal })).data,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  })
}

export function useCreatePart() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (part: PromptPartCreate) => (await call(routes.createPromptPart, { body: part })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.prompts }),
  })
}

export function useUpdatePart() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, change }: { readonly id: string; readonly change: PromptPartChange }) =>
      (await call(routes.updatePromptPart, { params: { id }, body: change })).data,
    onSuccess: () => client.invalidateQueries({ queryKey: keys.prompts }),
  })
}

export function useDeletePart() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.deletePromptPart, { params: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.prompts }),
  })
}

/** What a picture came from, and what came of it. Below the picture, so that it is asked anew with it. */
export function lineageQuery(id: string) {
  return queryOptions({
    queryKey: keys.lineage(id),
    queryFn: async ({ signal }) => (await call(routes.getLineage, { params: { id } }, { signal })).data,
  })
}

export interface Again extends AgainRequest {
  readonly imageId: string
}

/** Makes a picture again, the same or varied. */
export function useMakeAgain() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ imageId, ...body }: Again) =>
      call(routes.makeAgain, { params: { id: imageId }, body }, { headers: { 'idempotency-key': randomKey() } }),
    onSuccess: (generation) => storeGeneration(client, generation),
  })
}
