import type { CountedTag, Tag } from '@easel/contract'
import { ActionIcon, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { lazy, Suspense, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { isTag, useDeleteTag, useRenameTag } from '#data/tags.ts'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { tagOf, tagWords } from '#parts/tag-words.ts'

const NameDialog = lazy(async () => ({ default: (await import('#parts/name-dialog.tsx')).NameDialog }))
const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))
const MergeDialog = lazy(async () => ({ default: (await import('./merge-dialog.tsx')).MergeDialog }))

/** What is asked about a tag: nothing, another name, what it becomes one with, whether it really shall, or whether it goes. */
type Asked = null | 'rename' | 'merge' | 'delete' | { readonly into: Tag }

const say = (message: string) => notifications.show({ message })

/** What can be done about one tag. */
export function TagActions({ tag }: { readonly tag: CountedTag }) {
  const [asked, setAsked] = useState<Asked>(null)
  const rename = useRenameTag()
  const remove = useDeleteTag()
  const words = tagWords(tag)
  const close = () => {
    rename.reset()
    setAsked(null)
  }
  const become = (into: Tag, done: string) =>
    rename.mutate(
      { id: tag.id, tag: into },
      {
        onSuccess: () => {
          close()
          say(done)
        },
      },
    )
  // Two tags become one without a way back: that is asked first.
  const toName = async (name: string) => {
    const into = tagOf(name)
    if (into === null || tagWords(into) === words) close()
    else if (await isTag(into)) setAsked({ into })
    else become(into, `Renamed to ${tagWords(into)}`)
  }
  const forget = () => {
    close()
    remove.mutate(tag.id, { onError: (error) => say(`It could not be deleted: ${wordsOf(error)}`) })
  }
  return (
    <>
      <Menu width={200} position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`Actions of ${words}`}>
            <Icon name="more" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="edit" />} onClick={() => setAsked('rename')}>
            Rename
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="enter" />} onClick={() => setAsked('merge')}>
            Merge into…
          </Menu.Item>
          <Menu.Item color="danger" leftSection={<Icon name="trash" />} onClick={() => setAsked('delete')}>
            Delete tag
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>
        {asked === 'rename' && (
          <NameDialog
            title="Rename tag"
            action="Rename"
            value={words}
            fault={rename.error === null ? null : wordsOf(rename.error)}
            busy={rename.isPending}
            onClose={close}
            onSubmit={(name) => void toName(name).catch((error: unknown) => say(wordsOf(error)))}
          />
        )}
        {asked === 'merge' && <MergeDialog tag={tag} onClose={close} onPick={(into) => setAsked({ into })} />}
        {asked !== null && typeof asked === 'object' && (
          <ConfirmDialog
            title={`Merge ${words} into ${tagWords(asked.into)}?`}
            text={`Its ${count(tag.images, 'picture', 'pictures')} will have the tag ${tagWords(asked.into)}, and ${words} is gone.`}
            action="Merge"
            onCancel={close}
            onConfirm={() => become(asked.into, `Merged into ${tagWords(asked.into)}`)}
          />
        )}
        {asked === 'delete' && (
          <ConfirmDialog
            title={`Delete the tag ${words}?`}
            text={`It is taken off ${count(tag.images, 'picture', 'pictures')}. The pictures stay.`}
            action="Delete tag"
            onCancel={close}
            onConfirm={forget}
          />
        )}
      </Suspense>
    </>
  )
}
