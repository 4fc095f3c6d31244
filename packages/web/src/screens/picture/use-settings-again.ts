import type { Generation, Image } from '@easel/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { draftFromGeneration, draftFromImage, type Draft } from '#data/draft.ts'
import { draftStore, selectionStore } from '#data/preferences.ts'
import { connectionsQuery, generationQuery } from '#data/queries.ts'
import { focusPrompt } from '#parts/focus-prompt.ts'

interface SettingsAgain {
  readonly fromGeneration: (generation: Generation, change?: Partial<Draft>) => void
  readonly fromImage: (image: Image) => Promise<void>
}

/** Fills the Studio's form with what made a picture, and goes there. */
export function useSettingsAgain(): SettingsAgain {
  const client = useQueryClient()
  const navigate = useNavigate()

  const open = async (draft: Draft) => {
    draftStore.set(draft)
    await navigate({ to: '/' })
    globalThis.scrollTo({ top: 0 })
    focusPrompt()
  }

  const fromGeneration = (generation: Generation, change: Partial<Draft> = {}) => {
    const connections = client.getQueryData(connectionsQuery().queryKey)
    const { connectionId, model } = generation
    // A connection that has been removed since cannot be chosen again; the present choice stays.
    if (connectionId !== null && connections?.some((one) => one.id === connectionId) !== false) {
      selectionStore.set({ connectionId, model })
    }
    void open({ ...draftFromGeneration(generation), ...change })
  }

  const fromImage = async (image: Image) => {
    const generation =
      image.generationId === null
        ? null
        : await client.ensureQueryData(generationQuery(image.generationId)).catch(() => null) // gone: the picture's own record serves
    if (generation === null) await open(draftFromImage(image))
    else fromGeneration(generation, { seed: image.seed ?? generation.seed, n: 1 })
  }
  return { fromGeneration, fromImage }
}
