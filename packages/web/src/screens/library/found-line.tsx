import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { imageCountQuery, type ImageFilter } from '#data/queries.ts'
import classes from './library-screen.module.css'
import { SaveSearch } from './save-search.tsx'
import { hasWords } from './search-text.ts'

interface FoundLineProps {
  readonly filter: ImageFilter
  readonly onSort: (sort: 'date' | 'rank') => void
}

/** How many a search finds, and in which order they are shown. */
export function FoundLine({ filter, onSort }: FoundLineProps) {
  const count = useQuery(imageCountQuery(filter))
  const words = count.data !== undefined ? countWords(count.data) : ''
  return (
    <div className={classes['found']}>
      <span className={classes['count']}>
        <span role="status">{words}</span>
        <SaveSearch filter={filter} />
      </span>
      {hasWords(filter.q ?? '') && (
        <SegmentedControl
          aria-label="Order"
          data={[
            { value: 'date', label: 'Newest' },
            { value: 'rank', label: 'Best match' },
          ]}
          value={filter.sort ?? 'date'}
          onChange={(sort) => onSort(sort === 'rank' ? 'rank' : 'date')}
        />
      )}
    </div>
  )
}

function countWords({ count, more }: { readonly count: number; readonly more: boolean }): string {
  if (count === 0 && !more) return ''
  const number = new Intl.NumberFormat().format(count)
  if (more) return `More than ${number} pictures`
  return count === 1 ? '1 picture' : `${number} pictures`
}
