import { Button } from '@mantine/core'
import type { Bringing } from '#data/bring-in.ts'
import { ProgressLine } from '#parts/progress-line.tsx'
import classes from './add-images-dialog.module.css'

interface BringProgressProps {
  readonly now: Bringing
  readonly onStop: () => void
}

/** How far it is, and the way to stop it. */
export function BringProgress({ now, onStop }: BringProgressProps) {
  const { total, done, refused } = now
  return (
    <div className={classes['form']}>
      <ProgressLine label="Adding images" value={total === 0 ? null : done / total} />
      <p className={classes['summary']}>
        {total === 0 ? 'Looking at the files…' : `${done} of ${total}`}
        {refused > 0 && ` · ${refused} not added`}
      </p>
      <div className={classes['buttons']}>
        <Button variant="default" data-autofocus onClick={onStop}>
          Stop
        </Button>
      </div>
    </div>
  )
}
