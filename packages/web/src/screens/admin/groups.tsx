import type { ManagedGroup } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { groupsQuery, useDeleteGroup } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { ConfirmDialog } from '#parts/confirm-dialog.tsx'
import { EmptyState } from '#parts/empty-state.tsx'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { GroupDialog } from './group-dialog.tsx'
import classes from './invitations.module.css'

type Asking = { readonly about: 'edit' | 'delete'; readonly group: ManagedGroup } | { readonly about: 'new' } | null

/** Groups of people, with whom their members share albums. */
export function AdminGroups() {
  const groups = useQuery(groupsQuery())
  const [asking, setAsking] = useState<Asking>(null)
  const remove = useDeleteGroup()
  const list = groups.data ?? []
  const close = () => setAsking(null)
  return (
    <div className={classes['invitations']}>
      <div>
        <Button leftSection={<Icon name="plus" />} onClick={() => setAsking({ about: 'new' })}>
          New group
        </Button>
      </div>
      {groups.isPending && <WaitingRows label="Loading the groups" />}
      {groups.error !== null && list.length === 0 && (
        <EmptyState icon="warning" title="The groups could not be read" text={wordsOf(groups.error)}>
          <Button onClick={() => void groups.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {groups.isSuccess && list.length === 0 && (
        <p className={classes['none']}>There are no groups yet. Whoever is in one can share albums with all of it.</p>
      )}
      {list.length > 0 && (
        <Rows label="Groups" framed>
          {list.map((group) => (
            <Row key={group.id} name={group.name} facts={factsOf(group)}>
              <IconButton
                icon="edit"
                label={`Edit group: ${group.name}`}
                onClick={() => setAsking({ about: 'edit', group })}
              />
              <IconButton
                icon="trash"
                label={`Take apart group: ${group.name}`}
                onClick={() => setAsking({ about: 'delete', group })}
              />
            </Row>
          ))}
        </Rows>
      )}
      {asking?.about === 'new' && <GroupDialog group={null} onClose={close} />}
      {asking?.about === 'edit' && <GroupDialog group={asking.group} onClose={close} />}
      {asking?.about === 'delete' && (
        <ConfirmDialog
          title={`Take “${asking.group.name}” apart?`}
          text="Its members see no longer what was shared with the group. Nobody loses a picture."
          action="Take apart"
          onCancel={close}
          onConfirm={() =>
            remove.mutate(asking.group.id, {
              onSuccess: close,
              onError: (error) => notifications.show({ message: wordsOf(error) }),
            })
          }
        />
      )}
    </div>
  )
}

const shown = 6

/** How many there are, and the first of them by name. */
function factsOf({ members }: ManagedGroup): readonly string[] {
  const names = members.slice(0, shown).map(({ name }) => name)
  const more = members.length > shown ? ['…'] : []
  return [count(members.length, 'person', 'people'), [...names, ...more].join(', ')]
}
