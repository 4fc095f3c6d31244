import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { EmptyState } from '#parts/empty-state.tsx'

/** Said where there is nobody to share with. */
export function NobodyElse() {
  return (
    <EmptyState
      heading="h1"
      icon="user"
      title="Albums are shared by people who have an account"
      text="Without one, links show pictures to others."
    >
      <Button component={Link} to="/library">
        Go to the Library
      </Button>
    </EmptyState>
  )
}
