import type { Generation } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { useRetryGeneration } from '#data/mutations.ts'
import { copyText } from '#parts/copy-text.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { useSettingsAgain } from '#screens/picture/use-settings-again.ts'
import { thesePictures, useSharing } from '#screens/shares/sharing.tsx'
import classes from './card-actions.module.css'

interface CardActionsProps {
  readonly generation: Generation
}

/** What can be done with a generation that has ended. */
export function CardActions({ generation }: CardActionsProps) {
  const retry = useRetryGeneration()
  const settings = useSettingsAgain()
  const sharing = useSharing()
  const { state, error, request } = generation
  const images = generation.images.filter(({ deletedAt }) => deletedAt === null)
  const went = state === 'succeeded' && error === null
  const hopeless = state === 'failed' && error?.retryable === false
  const again = () =>
    retry.mutate(generation.id, {
      onError: (problem) => notifications.show({ message: `It could not be repeated: ${wordsOf(problem)}` }),
    })
  if (went) {
    return (
      <div className={classes['actions']}>
        {images.length > 0 && (
          <IconButton
            icon="share"
            label="Share"
            onClick={() => sharing.now(thesePictures(images.map(({ id }) => id)))}
          />
        )}
        <IconButton icon="copy" label="Copy prompt" onClick={() => void copyText(request.prompt, 'Prompt')} />
        <IconButton icon="reuse" label="Use these settings" onClick={() => settings.fromGeneration(generation)} />
        <IconButton icon="retry" label="Repeat" disabled={retry.isPending} onClick={again} />
      </div>
    )
  }
  return (
    <div className={classes['actions']} data-words>
      <Button
        variant="default"
        leftSection={<Icon name="retry" size={16} />}
        disabled={hopeless || retry.isPending}
        aria-describedby={hopeless ? `why-${generation.id}` : undefined}
        onClick={again}
      >
        Retry
      </Button>
      <Button
        variant="default"
        leftSection={<Icon name="edit" size={16} />}
        onClick={() => settings.fromGeneration(generation, { seed: request.seed ?? null })}
      >
        Edit
      </Button>
      {hopeless && (
        <p id={`why-${generation.id}`} className={classes['why']}>
          The same request would fail again.
        </p>
      )}
    </div>
  )
}
