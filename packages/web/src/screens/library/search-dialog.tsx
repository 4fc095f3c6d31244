import { parseSearch, type SavedSearch } from '@easel/contract'
import { Button, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { useUpdateSearch } from '#data/collections.ts'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './trash-line.module.css'

interface SearchDialogProps {
  readonly search: SavedSearch
  readonly onClose: () => void
}

/** Another name for a saved search, or other words in it. */
export function SearchDialog({ search, onClose }: SearchDialogProps) {
  const [name, setName] = useState(search.name)
  const [q, setQ] = useState(search.query.q ?? '')
  const update = useUpdateSearch()
  useFocusReturn()
  const [fault] = parseSearch(q).faults
  const complete = name.trim() !== '' && q.trim() !== '' && fault === undefined
  const save = () =>
    update.mutate(
      { id: search.id, change: { name: name.trim(), query: { ...search.query, q: q.trim() } } },
      { onSuccess: onClose },
    )
  return (
    <Modal opened onClose={onClose} title="Edit search" size={440}>
      <form
        className={classes['form']}
        aria-label="Edit search"
        onSubmit={(event) => {
          event.preventDefault()
          if (complete) save()
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          maxLength={200}
          value={name}
          error={update.error === null ? null : wordsOf(update.error)}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Search for"
          autoComplete="off"
          maxLength={900}
          value={q}
          error={fault === undefined ? null : `${fault.part} ${fault.message}`}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
        <div className={classes['end']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!complete} loading={update.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
