import type { AlbumPerson } from '@easel/contract'
import { Modal, Select, Switch } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { wordsOf } from '#data/client.ts'
import { albumPeopleQuery, usePutPerson, useRemovePerson } from '#data/people.ts'
import { count } from '#parts/format.ts'
import { IconButton } from '#parts/icon-button.tsx'
import { Notice } from '#parts/notice.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import { AddPerson } from './add-person.tsx'
import classes from './people-dialog.module.css'

interface PeopleDialogProps {
  readonly albumId: string
  readonly name: string
  readonly onClose: () => void
}

/** Whom an album is shared with here, and what each of them may. */
export function PeopleDialog({ albumId, name, onClose }: PeopleDialogProps) {
  const { data, error } = useQuery(albumPeopleQuery(albumId))
  useFocusReturn()
  return (
    <Modal opened onClose={onClose} title={`People who see “${name}”`} size={560}>
      <div className={classes['form']}>
        <AddPerson albumId={albumId} people={data ?? []} />
        {error !== null && <Notice tone="danger">{wordsOf(error)}</Notice>}
        {data === undefined && error === null && <WaitingRows label="Loading the people" />}
        {data?.length === 0 && (
          <p className={classes['none']}>Only you see this album. Who is added finds it under “Shared with me”.</p>
        )}
        {data !== undefined && data.length > 0 && (
          <Rows label="People" framed>
            {data.map((person) => (
              <Person key={person.id} albumId={albumId} person={person} />
            ))}
          </Rows>
        )}
      </div>
    </Modal>
  )
}

const roles = [
  { value: 'viewer', label: 'May look' },
  { value: 'editor', label: 'May edit' },
]

function Person({ albumId, person }: { readonly albumId: string; readonly person: AlbumPerson }) {
  const put = usePutPerson(albumId)
  const remove = useRemovePerson(albumId)
  const { id, kind, whoId, name, members, role, prompt } = person
  const change = (part: Partial<Pick<AlbumPerson, 'role' | 'prompt'>>) =>
    put.mutate(
      { kind, whoId, role, prompt, ...part },
      { onError: (error) => notifications.show({ message: wordsOf(error) }) },
    )
  return (
    <Row name={name} facts={[members === null ? '' : `Group of ${count(members, 'person', 'people')}`]}>
      <span className={classes['controls']}>
        <Switch
          label="Prompts"
          aria-label={`${name} may read prompts and settings`}
          checked={prompt}
          disabled={put.isPending}
          onChange={(event) => change({ prompt: event.currentTarget.checked })}
        />
        <Select
          className={classes['role'] ?? ''}
          aria-label={`What ${name} may do`}
          data={roles}
          value={role}
          allowDeselect={false}
          disabled={put.isPending}
          onChange={(value) => change({ role: value === 'editor' ? 'editor' : 'viewer' })}
        />
        <IconButton
          icon="close"
          label={`Remove ${name}`}
          disabled={remove.isPending}
          onClick={() => remove.mutate(id, { onError: (error) => notifications.show({ message: wordsOf(error) }) })}
        />
      </span>
    </Row>
  )
}
