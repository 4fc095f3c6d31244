import type { Generation } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { wordsOf } from '#data/client.ts'
import { useCancelGeneration } from '#data/mutations.ts'
import { duration } from '#parts/format.ts'
import { ProgressLine } from '#parts/progress-line.tsx'
import { useNow } from '#parts/use-now.ts'
import classes from './generation-progress.module.css'
import { placeWords } from './words.ts'

interface GenerationProgressProps {
  readonly generation: Generation
  /** True until the server has answered. */
  readonly sending: boolean
}

const TICK = 100

function stateWords({ state, progress, place }: Generation, sending: boolean): string {
  if (sending) return 'Sending'
  if (state === 'queued') return placeWords(place)
  if (progress === null || progress.total <= 1) return 'Working'
  return `Step ${progress.completed} of ${progress.total}`
}

/** How far it is, for how long it has been running, and the way to stop it. */
export function GenerationProgress({ generation, sending }: GenerationProgressProps) {
  const cancel = useCancelGeneration()
  const { state, progress, startedAt } = generation
  const now = useNow(TICK, state === 'running')
  const value = progress === null || progress.total <= 1 ? null : Math.min(1, progress.completed / progress.total)
  return (
    <div className={classes['progress']}>
      <ProgressLine label="Progress" value={state === 'queued' ? 0 : value} />
      <div className={classes['line']}>
        <span>{stateWords(generation, sending)}</span>
        {startedAt !== null && <span className={classes['time']}>{duration(now - Date.parse(startedAt))}</span>}
        <Button
          variant="default"
          className={classes['cancel'] ?? ''}
          disabled={sending || cancel.isPending}
          onClick={() =>
            cancel.mutate(generation.id, {
              onError: (error) => notifications.show({ message: `It could not be cancelled: ${wordsOf(error)}` }),
            })
          }
        >
          Cancel
        </Button>
      </div>
    </div>
  )
}
