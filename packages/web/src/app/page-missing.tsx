import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { EmptyState } from '#parts/empty-state.tsx'

export function PageMissing() {
  return (
    <EmptyState heading="h1" icon="search" title="There is no such page" text="The address may be old or mistyped.">
      <Button component={Link} to="/">
        Go to the Studio
      </Button>
    </EmptyState>
  )
}
