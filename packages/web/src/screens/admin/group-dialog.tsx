import type { ManagedGroup } from '@easel/contract'
import { Button, Modal, MultiSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useSaveGroup, usersQuery } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './dialogs.module.css'

interface GroupDialogProps {
  /** Null: a new one. */
  readonly group: ManagedGroup | null
  readonly onClose: () => void
}

const labelOf = ({ name, email }: { readonly name: string; readonly email: string | null }) =>
  email === null ? name : `${name} (${email})`

/** The name of a group, and who is in it. */
export function GroupDialog({ group, onClose }: GroupDialogProps) {
  const [name, setName] = useState(group?.name ?? '')
  const [memberIds, setMemberIds] = useState(group?.members.map(({ id }) => id) ?? [])
  const users = useInfiniteQuery(usersQuery())
  const save = useSaveGroup()
  useFocusReturn()
  // Everybody can be chosen, and people are told of page by page.
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = users
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const people = new Map(
    [...(group?.members ?? []), ...itemsOf(users.data).filter(({ role }) => role !== 'guest')].map((person) => [
      person.id,
      { value: person.id, label: labelOf(person) },
    ]),
  )
  const title = group === null ? 'New group' : 'Change the group'
  return (
    <Modal opened onClose={onClose} title={title} size={480}>
      <form
        className={classes['form']}
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate({ id: group?.id ?? null, name: name.trim(), memberIds }, { onSuccess: onClose })
        }}
      >
        {save.error !== null && <Notice tone="danger">{wordsOf(save.error)}</Notice>}
        {users.error !== null && <Notice tone="danger">{wordsOf(users.error)}</Notice>}
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label="People"
          placeholder={memberIds.length === 0 ? 'Find by name or e-mail' : ''}
          searchable
          hidePickedOptions
          nothingFoundMessage="Nobody is called so"
          data={[...people.values()]}
          value={memberIds}
          onChange={setMemberIds}
        />
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={name.trim() === ''} loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  )
}
