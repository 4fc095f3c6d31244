import type { Draft } from '#data/draft.ts'
import { focusPrompt } from '#parts/focus-prompt.ts'
import classes from './refined-note.module.css'

interface RefinedNoteProps {
  readonly refinement: NonNullable<Draft['refinement']>
  readonly onUndo: () => void
}

/** What was typed before a text model rewrote it, and the way back. */
export function RefinedNote({ refinement, onUndo }: RefinedNoteProps) {
  return (
    <p className={classes['note']}>
      <span className={classes['typed']} title={refinement.typed}>
        Refined from “{refinement.typed}”
      </span>
      <button
        type="button"
        className={classes['undo']}
        onClick={() => {
          onUndo()
          focusPrompt()
        }}
      >
        Undo
      </button>
    </p>
  )
}
