import type { Image } from '@easel/contract'
import { useNavigate } from '@tanstack/react-router'
import { patchDraft } from '#data/preferences.ts'
import { focusPrompt } from '#parts/focus-prompt.ts'

/** Goes to the Studio to work from a picture. */
export function useSourceFor(): (image: Image) => Promise<void> {
  const navigate = useNavigate()
  return async (image) => {
    patchDraft({ sources: [image.id] })
    await navigate({ to: '/' })
    globalThis.scrollTo({ top: 0 })
    focusPrompt()
  }
}
