import type { Generation } from '@easel/contract'
import { adjustmentWords } from '#parts/adjustment-words.ts'
import { Notice } from '#parts/notice.tsx'
import { count } from '#parts/format.ts'
import classes from './generation-notes.module.css'
import { failureTitle } from './words.ts'

interface GenerationNotesProps {
  readonly generation: Generation
}

/** What went otherwise than asked: failures, missing pictures, changed options, a rewritten prompt. */
export function GenerationNotes({ generation }: GenerationNotesProps) {
  const { state, error, images, request, resolvedPrompt, revisedPrompt, resolution, fallbackFrom, connectionName } =
    generation
  // Who draws it is said in a sentence of its own.
  const adjustments = generation.adjustments.filter(({ field }) => fallbackFrom === null || field !== 'connection')
  const asked = request.n ?? 1
  return (
    <>
      {state === 'failed' && error !== null && (
        <Notice tone="danger" title={failureTitle(error)}>
          <span>{error.message}</span>
        </Notice>
      )}
      {state === 'succeeded' && error !== null && (
        <Notice tone="warning" title={`${images.length} of ${count(asked, 'picture', 'pictures')}`}>
          <span>
            {failureTitle(error)}. {error.message}
          </span>
        </Notice>
      )}
      {state === 'cancelled' && <p className={classes['quiet']}>Cancelled</p>}
      {state === 'succeeded' && images.length === 0 && error === null && (
        <p className={classes['quiet']}>Its pictures have been deleted</p>
      )}
      {fallbackFrom !== null && (
        <Notice tone="quiet" title={`${connectionName} instead of ${fallbackFrom.connectionName}`}>
          <span>{fallbackFrom.error.message}</span>
        </Notice>
      )}
      {adjustments.length > 0 && (
        <ul className={classes['adjustments']} aria-label="Adjustments">
          {adjustments.map((adjustment) => (
            <li key={adjustment.field}>{adjustmentWords(adjustment)}</li>
          ))}
        </ul>
      )}
      {resolution !== null && <Drawn prompts={resolution.prompts} />}
      {resolution === null && resolvedPrompt !== request.prompt && (
        <details className={classes['revised']}>
          <summary>The prompt was refined</summary>
          <p>{resolvedPrompt}</p>
        </details>
      )}
      {revisedPrompt !== null && revisedPrompt !== resolvedPrompt && (
        <details className={classes['revised']}>
          <summary>The engine rewrote the prompt</summary>
          <p>{revisedPrompt}</p>
        </details>
      )}
    </>
  )
}

/** What was made of a prompt that says what may vary. */
function Drawn({ prompts }: { readonly prompts: readonly string[] }) {
  const different = [...new Set(prompts)]
  return (
    <details className={classes['revised']}>
      <summary>{different.length === 1 ? 'What was drawn' : 'What was drawn of it'}</summary>
      {different.map((prompt) => (
        <p key={prompt}>{prompt}</p>
      ))}
    </details>
  )
}
