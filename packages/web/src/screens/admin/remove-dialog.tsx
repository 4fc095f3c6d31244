import type { ManagedUser, UserRemoval } from '@easel/contract'
import { Button, Modal, Select, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { usersQuery, useRemoveUser } from '#data/admin.ts'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import { useFocusReturn } from '#parts/use-focus-return.ts'
import classes from './dialogs.module.css'

type Fate = UserRemoval['pictures']

const fates: readonly { readonly value: Fate; readonly label: string; readonly text: string }[] = [
  {
    value: 'export',
    label: 'Keep a copy on the server',
    text: 'Everything goes into a zip in the server’s data folder, then it is erased here.',
  },
  {
    value: 'hand-over',
    label: 'Hand them to somebody',
    text: 'They move to another person’s library, with their whole story.',
  },
  { value: 'erase', label: 'Erase them', text: 'Nothing is left. This cannot be undone.' },
]

interface RemoveDialogProps {
  readonly user: ManagedUser
  readonly onClose: () => void
}

/** Everybody else who has an account and may sign in, asked for to the last page. */
function useHeirs(user: ManagedUser, wanted: boolean): readonly ManagedUser[] {
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(usersQuery())
  const more = wanted && hasNextPage && !isFetching
  useEffect(() => {
    if (more) void fetchNextPage()
  }, [more, fetchNextPage])
  return itemsOf(data).filter((one) => one.id !== user.id && one.role !== 'guest' && one.disabledAt === null)
}

function removalOf(fate: Fate, heir: string | null): UserRemoval | null {
  if (fate !== 'hand-over') return { pictures: fate }
  return heir === null ? null : { pictures: fate, to: heir }
}

/** Asks what becomes of somebody's pictures, and for their name, since there is no way back. */
export function RemoveDialog({ user, onClose }: RemoveDialogProps) {
  const [fate, setFate] = useState<Fate>('export')
  const [heir, setHeir] = useState<string | null>(null)
  const [typed, setTyped] = useState('')
  const remove = useRemoveUser()
  useFocusReturn()
  const removal = removalOf(fate, heir)
  const heirs = useHeirs(user, fate === 'hand-over')
  return (
    <Modal opened onClose={onClose} title={`Remove ${user.name}?`} size={480}>
      <form
        className={classes['form']}
        onSubmit={(event) => {
          event.preventDefault()
          if (removal === null) return
          remove.mutate(
            { id: user.id, removal },
            {
              onSuccess: () => {
                notifications.show({ message: `${user.name} is signed out. Their library is being dealt with.` })
                onClose()
              },
            },
          )
        }}
      >
        <p className={classes['text']}>
          They are signed out everywhere at once. What becomes of{' '}
          {user.images === 0 ? 'what they have here' : `their ${count(user.images, 'picture', 'pictures')}`}?
        </p>
        <fieldset className={classes['choices']} aria-label="What becomes of the pictures">
          {fates.map(({ value, label, text }) => (
            <label key={value} className={classes['choice']}>
              <input type="radio" name="fate" checked={fate === value} onChange={() => setFate(value)} />
              {label}
              <small>{text}</small>
            </label>
          ))}
        </fieldset>
        {fate === 'hand-over' && (
          <Select
            label="To whom"
            placeholder="Choose somebody"
            searchable
            data={heirs.map(({ id, name, email }) => ({
              value: id,
              label: email === null ? name : `${name} (${email})`,
            }))}
            value={heir}
            onChange={setHeir}
          />
        )}
        <TextInput
          label={`Type “${user.name}” to confirm`}
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {remove.error !== null && <Notice tone="danger">{wordsOf(remove.error)}</Notice>}
        <div className={classes['buttons']}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            color="danger"
            loading={remove.isPending}
            disabled={removal === null || typed.trim() !== user.name.trim()}
          >
            Remove
          </Button>
        </div>
      </form>
    </Modal>
  )
}
