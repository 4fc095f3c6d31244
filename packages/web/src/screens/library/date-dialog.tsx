import { Button, Modal, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { timelineQuery } from '#data/queries.ts'
import { count, dayKey } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './date-dialog.module.css'
import { yearsOf, type Month } from './days.ts'

interface DateDialogProps {
  /** @param day `YYYY-MM-DD` */
  readonly onPick: (day: string) => void
  readonly onClose: () => void
}

const monthName = (month: string) =>
  new Intl.DateTimeFormat(undefined, { month: 'long', timeZone: 'UTC' }).format(Date.parse(`${month}-01T00:00:00Z`))

/** A day to be typed, or one of the months that have pictures. */
export function DateDialog({ onPick, onClose }: DateDialogProps) {
  const [day, setDay] = useState('')
  const [today] = useState(() => dayKey(Date.now()))
  const { data, error } = useQuery(timelineQuery())
  useFocusReturn()
  const years = data === undefined ? [] : yearsOf(data)
  return (
    <Modal opened onClose={onClose} title="Go to date" size={440}>
      <form
        className={classes['day']}
        aria-label="Go to date"
        onSubmit={(event) => {
          event.preventDefault()
          if (day !== '') onPick(day)
        }}
      >
        <TextInput
          className={classes['field'] ?? ''}
          type="date"
          label="Day"
          data-autofocus
          max={today}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value)}
        />
        <Button type="submit" disabled={day === ''}>
          Go
        </Button>
      </form>
      {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
      {years.map(({ year, months }) => (
        <section key={year} className={classes['year']}>
          <h3 className={classes['name']}>{year}</h3>
          <ul className={classes['months']}>
            {months.map((month) => (
              <li key={month.month}>
                <MonthButton {...month} onPick={onPick} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Modal>
  )
}

function MonthButton({ month, images, day, onPick }: Month & Pick<DateDialogProps, 'onPick'>) {
  const name = monthName(month)
  return (
    <button
      type="button"
      className={classes['month']}
      aria-label={`${name} ${month.slice(0, 4)}, ${count(images, 'picture', 'pictures')}`}
      onClick={() => onPick(day)}
    >
      <span>{name}</span>
      <span className={classes['images']}>{new Intl.NumberFormat().format(images)}</span>
    </button>
  )
}
