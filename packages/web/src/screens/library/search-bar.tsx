import type { SearchFault } from '@easel/contract'
import { TextInput } from '@mantine/core'
import { useEffect, useState, type FocusEvent, type FormEvent } from 'react'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { FilterMenu } from './filter-menu.tsx'
import classes from './search-bar.module.css'
import { filterWords, searchText, shownSearch, withFilter, type ShownSearch } from './search-text.ts'

interface SearchBarProps {
  /** As it stands in the address. */
  readonly value: string
  readonly placeholder: string
  readonly faults: readonly SearchFault[]
  readonly onChange: (value: string) => void
}

const PAUSE = 300

/** One box for words and filters. Filters become chips once they are complete; the search follows while one types. */
export function SearchBar({ value, placeholder, faults, onChange }: SearchBarProps) {
  const [known, setKnown] = useState(value)
  const [sent, setSent] = useState(value)
  const [shown, setShown] = useState<ShownSearch>(() => shownSearch(value))
  const text = searchText(shown)
  // The address may change by itself, such as by Back; what came from here is here already.
  if (value !== known) {
    setKnown(value)
    if (value !== sent) {
      setSent(value)
      setShown(shownSearch(value))
    }
  }
  const send = (next: string) => {
    if (next === sent) return
    setSent(next)
    onChange(next)
  }
  const show = (next: ShownSearch) => {
    setShown(next)
    send(searchText(next))
  }
  const settle = () => show(shownSearch(text))
  useEffect(() => {
    if (text === sent) return
    const timer = setTimeout(() => send(text), PAUSE)
    return () => clearTimeout(timer)
  })

  return (
    <search className={classes['search']}>
      <form
        className={classes['line']}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          settle()
        }}
      >
        <TextInput
          className={classes['field'] ?? ''}
          type="search"
          aria-label="Search"
          placeholder={placeholder}
          maxLength={900}
          autoComplete="off"
          enterKeyHint="search"
          leftSection={<Icon name="search" />}
          leftSectionPointerEvents="none"
          rightSection={
            text !== '' && (
              <IconButton
                icon="close"
                label="Clear search"
                type="button"
                iconSize={16}
                className={classes['clear'] ?? ''}
                onClick={() => show({ filters: [], words: '' })}
              />
            )
          }
          value={shown.words}
          error={faults.length > 0 && <Faults faults={faults} />}
          onChange={(event) => setShown({ ...shown, words: event.currentTarget.value })}
          onBlur={(event: FocusEvent) => {
            if (!event.currentTarget.contains(event.relatedTarget)) settle()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur()
          }}
        />
        <FilterMenu
          filters={shown.filters}
          onAdd={(filter) => show({ ...shown, filters: withFilter(shown.filters, filter) })}
        />
      </form>
      {shown.filters.length > 0 && (
        <ul className={classes['chips']} aria-label="Filters">
          {shown.filters.map((filter) => (
            <li key={filter}>
              <button
                type="button"
                className={classes['chip']}
                aria-label={`Remove filter: ${filterWords(filter)}`}
                onClick={() => show({ ...shown, filters: shown.filters.filter((other) => other !== filter) })}
              >
                {filterWords(filter)}
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </search>
  )
}

function Faults({ faults }: Pick<SearchBarProps, 'faults'>) {
  return faults.map(({ part, start, message }) => (
    <span key={start} className={classes['fault']}>
      <strong>{part}</strong> {message}
    </span>
  ))
}
