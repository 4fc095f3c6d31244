import { Button } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { wordsOf } from '#data/client.ts'
import { EmptyState } from '#parts/empty-state.tsx'

export function PageError({ error, reset }: ErrorComponentProps) {
  return (
    <EmptyState heading="h1" icon="warning" title="This page could not be shown" text={wordsOf(error)}>
      <Button onClick={reset}>Try again</Button>
    </EmptyState>
  )
}
