import { routes, type Generation, type GenerationRequest, type Image } from '@easel/contract'
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import { dropImage, storeGeneration, storeImage } from './event-sink.ts'
import { optimisticGeneration } from './optimistic.ts'
import { removeItem, type Pages } from './pages.ts'
import { keys } from './queries.ts'

export interface Submission {
  readonly request: GenerationRequest
  /** One per submit: the server makes one generation of it, however often it arrives. */
  readonly key: string
  readonly connectionName: string
  readonly provider: string
  readonly model: string
}

function forgetGeneration(client: QueryClient, id: string): void {
  client.setQueryData<Pages<Generation>>(keys.generations, (pages) => pages && removeItem(pages, id))
}

/** Submits a generation. Its card stands in the feed at once, and goes again when the server refuses it. */
export function useSubmitGeneration() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ request, key }: Submission) =>
      call(routes.createGeneration, { body: request }, { headers: { 'idempotency-key': key } }),
    onMutate: async (submission) => {
      // A list that is on its way knows nothing of the card and would take it out again; the first one of all is waited for.
      const reading = client.isFetching({ queryKey: keys.generations }) > 0
      const shown = client.getQueryData(keys.generations) !== undefined
      if (shown) await client.cancelQueries({ queryKey: keys.generations })
      const card = optimisticGeneration(submission, Date.now())
      storeGeneration(client, card)
      return { cardId: card.id, reading }
    },
    onSuccess: (generation, _submission, { cardId, reading }) => {
      forgetGeneration(client, cardId)
      storeGeneration(client, generation)
      if (reading) void client.invalidateQueries({ queryKey: keys.generations })
    },
    onError: (_error, _submission, context) => {
      if (!context) return
      forgetGeneration(client, context.cardId)
      if (context.reading) void client.invalidateQueries({ queryKey: keys.generations })
    },
  })
}

export function useCancelGeneration() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.cancelGeneration, { params: { id } }),
    onSuccess: (generation) => storeGeneration(client, generation),
  })
}

export function useRetryGeneration() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.retryGeneration, { params: { id } }),
    onSuccess: (generation) => storeGeneration(client, generation),
  })
}

/** Moves a picture to the trash; it leaves the lists before the server has answered and comes back if that fails. */
export function useDeleteImage() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (image: Image) => call(routes.deleteImage, { params: { id: image.id } }),
    onMutate: (image) => dropImage(client, image.id),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.images({ trash: true }) }),
    onError: () => {
      void client.invalidateQueries({ queryKey: keys.allImages })
      void client.invalidateQueries({ queryKey: keys.generations })
    },
  })
}

export function useRestoreImage() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call(routes.restoreImage, { params: { id } }),
    onSuccess: async ({ data: image }) => {
      storeImage(client, image)
      if (image.generationId === null) return
      storeGeneration(client, await call(routes.getGeneration, { params: { id: image.generationId } }))
    },
  })
}
