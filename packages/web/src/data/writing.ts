import { routes, type DescribeRequest, type WritingChoice } from '@easel/contract'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { storeImage } from './event-sink.ts'
import { keys } from './queries.ts'

/** Which text model writes for whoever is here; null: none. */
export function writingQuery() {
  return queryOptions({
    queryKey: keys.writing,
    queryFn: async ({ signal }) => (await call(routes.getWriting, {}, { signal })).data,
  })
}

/** The text models of one connection. An engine may be slow or away, so an answer is kept for five minutes. */
export function textModelsQuery(connectionId: string) {
  return queryOptions({
    queryKey: keys.textModels(connectionId),
    queryFn: async ({ signal }) =>
      (await call(routes.listTextModels, { params: { id: connectionId } }, { signal })).data,
    staleTime: 5 * 60_000,
    retry: false,
  })
}

/** Whether a text model is chosen, so that prompts can be refined and pictures described. */
export function useWrites(): boolean {
  const { data = null } = useQuery(writingQuery())
  return data !== null
}

export function useChooseWriting() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (choice: WritingChoice | null) => (await call(routes.chooseWriting, { body: { choice } })).data,
    onSuccess: (choice) => client.setQueryData(keys.writing, choice),
  })
}

export function useRefine() {
  return useMutation({
    mutationFn: async (prompt: string) => await call(routes.refinePrompt, { body: { prompt } }),
  })
}

/** Has a picture described; what was said is its description then, everywhere. */
export function useDescribe() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({ id, ...body }: DescribeRequest & { readonly id: string }) =>
      await call(routes.describeImage, { params: { id }, body }),
    onSuccess: ({ image }) => storeImage(client, image),
  })
}
