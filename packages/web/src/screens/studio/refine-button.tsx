import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import { draftStore, patchDraft } from '#data/preferences.ts'
import { useRefine, useWrites } from '#data/writing.ts'
import { Icon } from '#parts/icon.tsx'

interface RefineButtonProps {
  readonly prompt: string
  readonly onError: (words: string | null) => void
}

/** Has the prompt rewritten by the text model that was chosen; there is no button where none is. */
export function RefineButton({ prompt, onError }: RefineButtonProps) {
  const refine = useRefine()
  const phone = useMediaQuery('(width < 720px)') ?? false
  if (!useWrites()) return null
  const begin = () => {
    onError(null)
    refine.mutate(prompt.trim(), {
      onSuccess: ({ prompt: refined }, typed) => {
        // Whoever has gone on typing meanwhile keeps their words.
        if (draftStore.get().prompt.trim() !== typed) return
        patchDraft({ prompt: refined, refinement: { typed, refined } })
        announce('The prompt is refined')
      },
      onError: (problem) => onError(wordsOf(problem)),
    })
  }
  return (
    <Button
      variant="subtle"
      leftSection={<Icon name="refine" />}
      aria-label="Refine"
      disabled={prompt.trim() === ''}
      loading={refine.isPending}
      onClick={begin}
    >
      {!phone && 'Refine'}
    </Button>
  )
}
