import { Button } from '@mantine/core'
import { Link, useSearch } from '@tanstack/react-router'
import { Icon } from '#parts/icon.tsx'
import classes from './library-screen.module.css'

/** Where in time the list begins, and the way back to its beginning. */
export function DateLine() {
  const { at } = useSearch({ from: '/library' })
  if (at === undefined) return null
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeZone: 'UTC' }).format(
    Date.parse(`${at}T00:00:00Z`),
  )
  return (
    <div className={classes['found']}>
      <span role="status">{`From ${day} back`}</span>
      <Button
        variant="subtle"
        leftSection={<Icon name="up" />}
        renderRoot={(props) => <Link {...props} to="/library" search={({ at: _at, ...rest }) => rest} />}
      >
        Newest
      </Button>
    </div>
  )
}
