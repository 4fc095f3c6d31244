import type { PromptPartEntry, PromptPartKind } from '@easel/contract'
import { Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { promptPartsQuery, useDeletePart } from '#data/prompts.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { Row, Rows, WaitingRows } from '#parts/rows.tsx'
import { ImportFiles } from './import-files.tsx'
import { kindWords, kinds } from './kind-words.ts'
import classes from './prompts-screen.module.css'

const PartDialog = lazy(async () => ({ default: (await import('./part-dialog.tsx')).PartDialog }))
const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))

type Open =
  | { readonly kind: PromptPartKind; readonly id: null }
  | { readonly kind: PromptPartKind; readonly id: string }

/** Lists, templates and styles: everything that prompts are made of. */
export function PromptsScreen() {
  const parts = useQuery(promptPartsQuery())
  const [open, setOpen] = useState<Open | null>(null)
  const [leaving, setLeaving] = useState<PromptPartEntry | null>(null)
  const remove = useDeletePart()
  return (
    <div className={classes['screen']}>
      <header className={classes['header']}>
        <h1 className={classes['title']}>Prompts</h1>
        <span className={classes['actions']}>
          <Button component={Link} to="/" variant="subtle" leftSection={<Icon name="left" />}>
            Studio
          </Button>
          <ImportFiles />
          <NewMenu onPick={(kind) => setOpen({ kind, id: null })} />
        </span>
      </header>
      <p className={classes['words']}>
        In a prompt, {'{red|green}'} is one of the two, __animal__ a line of the list “animal”. The seed says which, so
        that a picture can be made again.
      </p>
      {parts.isPending && <WaitingRows label="The prompts are being loaded" />}
      {parts.error !== null && (
        <EmptyState icon="warning" title="The prompts could not be read" text={wordsOf(parts.error)}>
          <Button onClick={() => void parts.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {parts.data?.length === 0 && (
        <EmptyState
          icon="palette"
          title="Nothing here yet"
          text="A style is put around a prompt, a template has places to fill in, and of a list one line is chosen."
        />
      )}
      {kinds.map((kind) => (
        <Section
          key={kind}
          kind={kind}
          parts={(parts.data ?? []).filter((part) => part.kind === kind)}
          onOpen={({ id }) => setOpen({ kind, id })}
          onDelete={setLeaving}
        />
      ))}
      <Suspense fallback={null}>
        {open !== null && <PartDialog kind={open.kind} id={open.id} onClose={() => setOpen(null)} />}
        {leaving !== null && (
          <ConfirmDialog
            title={`Delete “${leaving.name}”?`}
            text="Prompts that name it are refused from then on. Pictures keep what was drawn."
            action="Delete"
            onCancel={() => setLeaving(null)}
            onConfirm={() => {
              setLeaving(null)
              remove.mutate(leaving.id, {
                onError: (error) => notifications.show({ message: `It could not be deleted: ${wordsOf(error)}` }),
              })
            }}
          />
        )}
      </Suspense>
    </div>
  )
}

function NewMenu({ onPick }: { readonly onPick: (kind: PromptPartKind) => void }) {
  return (
    <Menu width={200} position="bottom-end">
      <Menu.Target>
        <Button leftSection={<Icon name="plus" />}>New</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kinds.map((kind) => (
          <Menu.Item key={kind} onClick={() => onPick(kind)}>
            {kindWords[kind].one}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

interface SectionProps {
  readonly kind: PromptPartKind
  readonly parts: readonly PromptPartEntry[]
  readonly onOpen: (part: PromptPartEntry) => void
  readonly onDelete: (part: PromptPartEntry) => void
}

/** How it begins, and of a list how long it is. */
function factOf({ kind, excerpt, lines }: PromptPartEntry): string {
  const words = excerpt.replaceAll(/\s*\n\s*/g, ' · ').slice(0, 120)
  return kind === 'list' ? `${count(lines, 'line', 'lines')}: ${words}` : words
}

function Section({ kind, parts, onOpen, onDelete }: SectionProps) {
  if (parts.length === 0) return null
  const { many } = kindWords[kind]
  return (
    <section className={classes['section']}>
      <h2 className={classes['heading']}>{many}</h2>
      <Rows label={many} framed>
        {parts.map((part) => (
          <Row
            key={part.id}
            name={
              <button type="button" className={classes['open']} onClick={() => onOpen(part)}>
                {part.name}
              </button>
            }
            facts={[factOf(part)]}
          >
            <IconButton icon="edit" label={`Edit ${part.name}`} onClick={() => onOpen(part)} />
            <IconButton icon="trash" label={`Delete ${part.name}`} onClick={() => onDelete(part)} />
          </Row>
        ))}
      </Rows>
    </section>
  )
}
