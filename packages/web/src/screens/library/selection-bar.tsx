import type { BulkAction, Tag } from '@easel/contract'
import { ActionIcon, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { notifications } from '@mantine/notifications'
import { lazy, Suspense, useEffect, useState } from 'react'
import { begin } from '#data/bulk.ts'
import { wordsOf } from '#data/client.ts'
import { confirmDelete } from '#data/preferences.ts'
import { imageCountQuery, imageIdsOf, type ImageFilter } from '#data/queries.ts'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { AlbumMenu } from '#screens/picture/album-menu.tsx'
import { thesePictures, useSharing } from '#screens/shares/sharing.tsx'
import { AlbumActions } from './album-actions.tsx'
import { RateMenu } from './rate-menu.tsx'
import { isEmpty, most, sentSelection, type Selection, type SelectionStep } from './selection.ts'
import classes from './selection-bar.module.css'
import { useBulkAction } from './use-bulk-action.tsx'

const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))
const CompareDialog = lazy(async () => ({
  default: (await import('#screens/picture/compare-dialog.tsx')).CompareDialog,
}))
const DownloadPictures = lazy(async () => ({ default: (await import('./download-pictures.tsx')).DownloadPictures }))
const TagDialog = lazy(async () => ({ default: (await import('./tag-dialog.tsx')).TagDialog }))

interface SelectionBarProps {
  readonly selection: Selection
  readonly filter: ImageFilter
  readonly dispatch: (step: SelectionStep) => void
}

/** True where a key belongs to a field or to something that lies over the page. */
function elsewhere(target: EventTarget | null): boolean {
  if (document.querySelector('[aria-modal="true"], [role="menu"]') !== null) return true
  return target instanceof Element && target.matches('input:not([type="checkbox"]), textarea, select')
}

function totalWords(selection: Selection, all: { count: number; more: boolean } | undefined): string {
  if (!selection.all) return count(selection.ids.size, 'picture', 'pictures')
  if (all === undefined) return 'all pictures'
  return all.more ? `more than ${all.count} pictures` : count(all.count, 'picture', 'pictures')
}

/** What can be done with all that is selected. It stands over the lower edge of the page. */
export function SelectionBar({ selection, filter, dispatch }: SelectionBarProps) {
  const [dialog, setDialog] = useState<'tags' | 'download' | 'trash' | 'erase' | 'compare' | null>(null)
  const all = useQuery(imageCountQuery(filter)).data
  const start = useBulkAction()
  const sharing = useSharing()
  const empty = isEmpty(selection)
  const [first, second, third] = selection.all ? [] : selection.ids
  const two = first !== undefined && second !== undefined && third === undefined ? ([first, second] as const) : null
  const pictures = totalWords(selection, all)
  const run = (action: BulkAction) => {
    setDialog(null)
    const total = selection.all ? (all?.more === false ? all.count : null) : selection.ids.size
    start({ begin: begin({ action, selection: sentSelection(selection, filter) }), total })
    if (
      action.type === 'trash' ||
      action.type === 'restore' ||
      action.type === 'erase' ||
      action.type === 'album-remove'
    )
      dispatch({ type: 'close' })
  }
  const many = selection.all && (all === undefined || all.more || all.count > most)
  const share = async () => {
    try {
      sharing.now(thesePictures(selection.all ? await imageIdsOf(filter) : [...selection.ids]))
    } catch (error) {
      notifications.show({ message: `It could not be shared: ${wordsOf(error)}` })
    }
  }
  const trash = () => (confirmDelete.get() ? setDialog('trash') : run({ type: 'trash' }))

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (elsewhere(event.target) || event.altKey) return
      if (event.key === 'Escape') dispatch({ type: 'close' })
      else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) dispatch({ type: 'all' })
      else if (event.key === 'Delete' && !empty) (filter.trash ? () => setDialog('erase') : trash)()
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })

  return (
    <div className={classes['bar']} role="toolbar" aria-label="Selection" data-selection-bar>
      <IconButton icon="close" label="End selecting" onClick={() => dispatch({ type: 'close' })} />
      <span className={classes['words']} role="status">
        {empty ? 'Select pictures' : `${pictures.charAt(0).toUpperCase()}${pictures.slice(1)}`}
      </span>
      {!selection.all && (
        <Button variant="subtle" className={classes['all'] ?? ''} onClick={() => dispatch({ type: 'all' })}>
          {filter.q === undefined ? 'All' : 'All found'}
        </Button>
      )}
      <span className={classes['actions']}>
        {filter.trash ? (
          <>
            <IconButton icon="restore" label="Restore" disabled={empty} onClick={() => run({ type: 'restore' })} />
            <IconButton
              icon="trash"
              label="Delete for good"
              danger
              disabled={empty}
              onClick={() => setDialog('erase')}
            />
          </>
        ) : (
          <>
            <RateMenu disabled={empty} onPick={run} />
            {two !== null && <IconButton icon="compare" label="Compare" onClick={() => setDialog('compare')} />}
            <IconButton icon="tag" label="Tags" disabled={empty} onClick={() => setDialog('tags')} />
            <AlbumMenu onPick={({ id }) => run({ type: 'album-add', albumId: id })}>
              <ActionIcon aria-label="Add to album" disabled={empty}>
                <Icon name="album" />
              </ActionIcon>
            </AlbumMenu>
            {filter.album !== undefined && (
              <AlbumActions albumId={filter.album} selection={selection} empty={empty} onRun={run} />
            )}
            <IconButton
              icon="share"
              label={many ? `Share: ${most} pictures at most` : 'Share'}
              disabled={empty || many}
              onClick={() => void share()}
            />
            <IconButton icon="download" label="Download" disabled={empty} onClick={() => setDialog('download')} />
            <IconButton icon="trash" label="Delete" disabled={empty} onClick={trash} />
          </>
        )}
      </span>
      <Suspense fallback={null}>
        {dialog === 'compare' && two !== null && <CompareDialog ids={two} onClose={() => setDialog(null)} />}
        {dialog === 'tags' && (
          <TagDialog
            pictures={pictures}
            onClose={() => setDialog(null)}
            onSubmit={(type: 'tag' | 'untag', tags: Tag[]) => run({ type, tags })}
          />
        )}
        {dialog === 'download' && (
          <DownloadPictures
            pictures={pictures}
            selection={sentSelection(selection, filter)}
            sort={selection.all && filter.album !== undefined ? 'album' : 'date'}
            onClose={() => setDialog(null)}
          />
        )}
        {dialog === 'trash' && (
          <ConfirmDialog
            title={`Move ${pictures} to the trash?`}
            text="They can be restored from there for a while."
            action="Delete"
            onCancel={() => setDialog(null)}
            onConfirm={() => run({ type: 'trash' })}
          />
        )}
        {dialog === 'erase' && (
          <ConfirmDialog
            title={`Delete ${pictures} for good?`}
            text="The files are erased, and nothing brings them back."
            action="Delete for good"
            onCancel={() => setDialog(null)}
            onConfirm={() => run({ type: 'erase' })}
          />
        )}
      </Suspense>
    </div>
  )
}
