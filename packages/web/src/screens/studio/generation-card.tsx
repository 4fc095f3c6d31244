import type { Generation } from '@easel/contract'
import { memo } from 'react'
import { useDrawnByRules } from '#data/use-engine.ts'
import { isPending } from '#data/optimistic.ts'
import { ago, duration, pixels } from '#parts/format.ts'
import { useNow } from '#parts/use-now.ts'
import { CardActions } from './card-actions.tsx'
import classes from './generation-card.module.css'
import { GenerationNotes } from './generation-notes.tsx'
import { GenerationProgress } from './generation-progress.tsx'
import { PictureGrid } from './picture-grid.tsx'

interface GenerationCardProps {
  readonly generation: Generation
  /** Source pictures that the chosen model takes. */
  readonly sources: number
}

const MINUTE = 60_000

function facts(generation: Generation, drawnByRules: boolean): string[] {
  const { connectionName, model, width, height, seed, startedAt, finishedAt } = generation
  const [picture] = generation.images
  const size = picture ?? (width !== null && height !== null ? { width, height } : null)
  const engine = drawnByRules || model === '' ? connectionName : `${connectionName} · ${model}`
  return [
    engine,
    size === null ? '' : pixels(size.width, size.height),
    seed === null ? '' : `Seed ${seed}`,
    startedAt === null || finishedAt === null ? '' : duration(Date.parse(finishedAt) - Date.parse(startedAt)),
  ].filter((fact) => fact !== '')
}

/** One generation from the moment of asking to its pictures. */
export const GenerationCard = memo(({ generation, sources }: GenerationCardProps) => {
  const { state, request, createdAt } = generation
  const active = state === 'queued' || state === 'running'
  const now = useNow(MINUTE, true)
  const drawnByRules = useDrawnByRules()(generation.provider)
  const nothingToSee = !active && generation.images.length === 0
  return (
    <article
      className={classes['card']}
      aria-label={request.prompt}
      aria-busy={active}
      data-bare={nothingToSee || undefined}
    >
      <div className={classes['pictures']}>
        {nothingToSee ? <Ending generation={generation} /> : <PictureGrid generation={generation} sources={sources} />}
      </div>
      <div className={classes['words']}>
        <p className={classes['prompt']} title={request.prompt}>
          {request.prompt}
        </p>
        {active && <GenerationProgress generation={generation} sending={isPending(generation.id)} />}
        <ul className={classes['facts']}>
          {facts(generation, drawnByRules).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
          <li>
            <time dateTime={createdAt}>{ago(Date.parse(createdAt), now)}</time>
          </li>
        </ul>
        {drawnByRules && !nothingToSee && <p className={classes['sketch']}>Sketch – drawn by rules, not AI</p>}
        {active && <GenerationNotes generation={generation} />}
        {!active && !nothingToSee && <Ending generation={generation} />}
      </div>
    </article>
  )
})
GenerationCard.displayName = 'GenerationCard'

/** How it ended, and what can be done now. */
function Ending({ generation }: Pick<GenerationCardProps, 'generation'>) {
  return (
    <div className={classes['ending']}>
      <GenerationNotes generation={generation} />
      <CardActions generation={generation} />
    </div>
  )
}
