import type { Tag } from '@easel/contract'
import { Autocomplete } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { tagsQuery } from '#data/collections.ts'
import { tagOf, tagWords } from '#parts/tag-words.ts'

interface TagBoxProps {
  readonly label: string
  /** Not offered again. */
  readonly taken: readonly Tag[]
  /** Has the focus when its dialog opens. */
  readonly first?: boolean
  /** What is offered stands above, where below there is something to press. */
  readonly above?: boolean
  readonly onPick: (tag: Tag) => void
}

const PAUSE = 120

/** Where a tag is typed; those that are in use already are offered. */
export function TagBox({ label, taken, first = false, above = false, onPick }: TagBoxProps) {
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [typed] = useDebouncedValue(tagOf(text)?.tagId ?? '', PAUSE)
  const known = useQuery(tagsQuery(typed))
  const has = new Set(taken.map(tagWords))
  const offered = (known.data ?? []).map(tagWords).filter((words) => !has.has(words))
  const pick = (words: string) => {
    const tag = tagOf(words)
    if (tag === null) return
    setText('')
    // It would lie over what one does next.
    setOpen(false)
    if (!has.has(tagWords(tag))) onPick(tag)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        pick(text)
      }}
    >
      <Autocomplete
        aria-label={label}
        placeholder={label}
        maxLength={200}
        maxDropdownHeight={260}
        comboboxProps={{ position: above ? 'top-start' : 'bottom-start' }}
        autoComplete="off"
        data-autofocus={first || undefined}
        data={[...new Set(offered)]}
        filter={({ options }) => options}
        value={text}
        onChange={setText}
        dropdownOpened={open}
        onDropdownOpen={() => setOpen(true)}
        onDropdownClose={() => setOpen(false)}
        onOptionSubmit={(words) => {
          pick(words)
          // The component puts the chosen words into the box itself.
          queueMicrotask(() => setText(''))
        }}
      />
    </form>
  )
}
