import { Button } from '@mantine/core'
import type { Bringing } from '#data/bring-in.ts'
import { count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import classes from './add-images-dialog.module.css'

interface BringReportProps {
  readonly now: Bringing
  readonly onMore: () => void
  readonly onClose: () => void
}

/** Beside what was added, which the heading says. */
function linesOf({ there, refused, left, noted, total, done }: Bringing) {
  const lines = [
    [there, 'in your library already'],
    [refused, 'not added'],
    [noted, 'added without the words in their files'],
    [left, left === 1 ? 'other file, which is no picture' : 'other files, which are no pictures'],
    [Math.max(0, total - done), 'not looked at'],
  ] as const
  return lines.filter(([value]) => value > 0)
}

/** What was taken, what was not, and why. */
export function BringReport({ now, onMore, onClose }: BringReportProps) {
  const { taken, refused, remarks, stopped, left } = now
  const lines = linesOf(now)
  const unsaid = refused + left + now.noted - remarks.length
  return (
    <div className={classes['form']}>
      <h3 className={classes['heading']}>
        {taken === 0 && stopped === null ? 'Nothing new was added' : `${count(taken, 'picture', 'pictures')} added`}
      </h3>
      {stopped !== null && <Notice tone="warning">{stopped}</Notice>}
      {lines.length > 0 && (
        <dl className={classes['numbers']}>
          {lines.map(([value, words]) => (
            <div key={words} style={{ display: 'contents' }}>
              <dt>{value}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      )}
      {remarks.length > 0 && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard has to reach it
        <ul className={classes['remarks']} aria-label="What was not added, and why" tabIndex={0}>
          {remarks.map(({ name, why }, at) => (
            <li key={`${at} ${name}`}>
              {name}
              <span>{why}</span>
            </li>
          ))}
          {unsaid > 0 && <li>… and {unsaid} more</li>}
        </ul>
      )}
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onMore}>
          Add more
        </Button>
        <Button data-autofocus onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  )
}
