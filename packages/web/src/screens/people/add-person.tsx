import type { AlbumPerson, Person } from '@easel/contract'
import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { myGroupsQuery, useFindPeople, usePutPerson } from '#data/people.ts'
import { count } from '#parts/format.ts'
import { Notice } from '#parts/notice.tsx'
import classes from './people-dialog.module.css'

interface AddPersonProps {
  readonly albumId: string
  /** Who sees it already. */
  readonly people: readonly AlbumPerson[]
}

/** Finds somebody by what they are really called, or offers the groups that one is in. */
export function AddPerson({ albumId, people }: AddPersonProps) {
  const [text, setText] = useState('')
  const find = useFindPeople()
  const put = usePutPerson(albumId)
  const groups = useQuery(myGroupsQuery()).data ?? []
  const sees = ({ id }: { readonly id: string }) => people.some(({ whoId }) => whoId === id)
  const add = (kind: AlbumPerson['kind'], whoId: string) =>
    put.mutate(
      { kind, whoId, role: 'viewer' },
      {
        onSuccess() {
          setText('')
          find.reset()
        },
      },
    )
  const offered = groups.filter((group) => !sees(group))
  return (
    <>
      <form
        className={classes['find']}
        role="search"
        aria-label="Find people"
        onSubmit={(event) => {
          event.preventDefault()
          if (text.trim() !== '') find.mutate(text.trim())
        }}
      >
        <TextInput
          label="E-mail address or name"
          description="The whole of it: nobody is listed here."
          data-autofocus
          autoComplete="off"
          maxLength={254}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" disabled={text.trim() === ''} loading={find.isPending}>
          Find
        </Button>
      </form>
      {[find.error, put.error].map(
        (error) =>
          error !== null && (
            <Notice key={wordsOf(error)} tone="danger">
              {wordsOf(error)}
            </Notice>
          ),
      )}
      <Found found={find.data ?? null} sees={sees} busy={put.isPending} onAdd={(id) => add('user', id)} />
      {offered.length > 0 && (
        <ul className={classes['found']} aria-label="Your groups">
          {offered.map(({ id, name, members }) => (
            <li key={id} className={classes['offer']}>
              <span>{`${name} · ${count(members, 'person', 'people')}`}</span>
              <Button variant="default" disabled={put.isPending} onClick={() => add('group', id)}>
                Add the group
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

interface FoundProps {
  /** Null: nothing was looked for. */
  readonly found: readonly Person[] | null
  readonly sees: (person: Person) => boolean
  readonly busy: boolean
  readonly onAdd: (id: string) => void
}

function Found({ found, sees, busy, onAdd }: FoundProps) {
  if (found === null) return null
  return (
    <>
      <p className={classes['about']} role="status">
        {foundWords(found.length)}
      </p>
      {found.length > 0 && (
        <ul className={classes['found']} aria-label="Found">
          {found.map((person) => (
            <li key={person.id} className={classes['offer']}>
              <span>{person.name}</span>
              <Button disabled={busy || sees(person)} onClick={() => onAdd(person.id)}>
                {sees(person) ? 'Sees it already' : 'Add'}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function foundWords(found: number): string {
  if (found === 0) return 'Nobody here has that address or name.'
  return found === 1 ? '1 person found.' : 'Several people are called so. Their e-mail address says which one is meant.'
}
