import type { ManagedGroup } from '@easel/contract'
import { Button, Checkbox, Modal, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSaveGroup, usersQuery } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { Icon } from '#parts/icon.tsx'
import { MoreSentinel } from '#parts/more-sentinel.tsx'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './dialogs.module.css'
import groupClasses from './group-dialog.module.css'

interface GroupDialogProps {
  /** Null: a new one. */
  readonly group: ManagedGroup | null
  readonly onClose: () => void
}

interface Candidate {
  readonly id: string
  readonly name: string
  readonly email: string | null
}

/** The name of a group, and who is in it. */
export function GroupDialog({ group, onClose }: GroupDialogProps) {
  const [name, setName] = useState(group?.name ?? '')
  const [memberIds, setMemberIds] = useState<ReadonlySet<string>>(new Set(group?.members.map(({ id }) => id)))
  const save = useSaveGroup()
  useFocusReturn()
  const toggle = (id: string) =>
    setMemberIds((before) => {
      const after = new Set(before)
      if (!after.delete(id)) after.add(id)
      return after
    })
  const title = group === null ? 'New group' : 'Change the group'
  const submit = () =>
    save.mutate({ id: group?.id ?? null, name: name.trim(), memberIds: [...memberIds] }, { onSuccess: onClose })
  return (
    <Modal opened onClose={onClose} title={title} size={480}>
      <form
        className={classes['form']}
        aria-label={title}
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '') submit()
        }}
      >
        {save.error !== null && <Notice tone="danger">{wordsOf(save.error)}</Notice>}
        <TextInput
          label="Name"
          data-autofocus
          autoComplete="off"
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Members members={group?.members ?? []} chosen={memberIds} onToggle={toggle} />
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

interface MembersProps {
  /** Who is in it now: they come first. */
  readonly members: readonly Candidate[]
  readonly chosen: ReadonlySet<string>
  readonly onToggle: (id: string) => void
}

function Members({ members, chosen, onToggle }: MembersProps) {
  const [words, setWords] = useState('')
  const users = useInfiniteQuery(usersQuery())
  const others = itemsOf(users.data).filter(({ role }) => role !== 'guest')
  const people = new Map<string, Candidate>([...members, ...others].map((person) => [person.id, person]))
  const wanted = words.trim().toLowerCase()
  const shown = [...people.values()].filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted))
  return (
    <fieldset className={classes['choices']} aria-label="People">
      <TextInput
        type="search"
        aria-label="Find people"
        placeholder="Find by name or e-mail"
        leftSection={<Icon name="search" />}
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      {users.error !== null && <Notice tone="danger">{wordsOf(users.error)}</Notice>}
      <div className={groupClasses['people']}>
        {shown.map(({ id, name, email }) => (
          <Checkbox key={id} label={name} description={email} checked={chosen.has(id)} onChange={() => onToggle(id)} />
        ))}
        {users.isSuccess && shown.length === 0 && <p className={classes['text']}>Nobody is called so.</p>}
        {users.hasNextPage && <MoreSentinel key={people.size} onMore={() => void users.fetchNextPage()} />}
      </div>
    </fieldset>
  )
}
