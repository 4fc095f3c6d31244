import type { Generation, Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { announce } from '#data/live.ts'
import { useMakeAgain } from '#data/prompts.ts'
import { useEngine } from '#data/use-engine.ts'
import { adjustmentWords } from '#parts/adjustment-words.ts'
import { Icon } from '#parts/icon.tsx'
import classes from './make-again.module.css'
import { useSourceFor } from './use-source.ts'

interface MakeAgainProps {
  readonly image: Image
  readonly onClose: () => void
}

function tell({ adjustments }: Generation, vary: boolean): void {
  const begun = vary ? 'A variation is being made.' : 'It is being made again.'
  const differences = vary ? [] : adjustments.map(adjustmentWords)
  notifications.show({
    message: [begun, ...differences.map((words) => `${words}.`)].join(' '),
    autoClose: differences.length > 0 ? 12_000 : 4000,
  })
  announce(begun)
}

/** What can be made of a picture: the same, another one like it, or one from it. */
export function MakeAgain({ image, onClose }: MakeAgainProps) {
  const again = useMakeAgain()
  const workFrom = useSourceFor()
  const sources = useEngine().model?.capabilities.sources ?? 0
  const make = (vary: boolean) =>
    again.mutate(
      { imageId: image.id, vary },
      {
        onSuccess: (generation) => tell(generation, vary),
        onError: (error) => notifications.show({ message: `It could not be made: ${wordsOf(error)}` }),
      },
    )
  const known = image.generationPrompt !== null && image.generationPrompt.trim() !== ''
  return (
    <div className={classes['actions']} role="group" aria-label="Make again">
      {known && (
        <>
          <Button
            variant="default"
            leftSection={<Icon name="retry" />}
            disabled={again.isPending}
            onClick={() => make(false)}
          >
            Same again
          </Button>
          <Button
            variant="default"
            leftSection={<Icon name="dice" />}
            disabled={again.isPending}
            onClick={() => make(true)}
          >
            Vary
          </Button>
        </>
      )}
      <Button
        variant="default"
        leftSection={<Icon name="source" />}
        disabled={sources === 0 || image.damage !== null}
        title={sources === 0 ? 'The chosen model takes no source' : undefined}
        onClick={() => {
          onClose()
          void workFrom(image)
        }}
      >
        Edit
      </Button>
    </div>
  )
}
