import type { Bulk, BulkAction } from '@easel/contract'
import { count } from '#parts/format.ts'

const under = {
  tag: 'Tagging',
  untag: 'Taking tags off',
  'album-add': 'Adding to the album',
  'album-remove': 'Taking out of the album',
  favourite: 'Changing',
  rate: 'Changing',
  trash: 'Moving to the trash',
  restore: 'Restoring',
  erase: 'Deleting for good',
} as const satisfies Record<BulkAction['type'], string>

/** What is being done: `Tagging…`. */
export function doingWords({ action, state }: Bulk): string {
  return `${state === 'undoing' ? 'Undoing' : under[action.type]}…`
}

function verb(action: BulkAction): string {
  switch (action.type) {
    case 'tag':
      return 'tagged'
    case 'untag':
      return 'changed'
    case 'album-add':
      return 'added to the album'
    case 'album-remove':
      return 'taken out of the album'
    case 'favourite':
      return action.favourite ? 'marked as favourites' : 'taken out of the favourites'
    case 'rate':
      return 'rated'
    case 'trash':
      return 'moved to the trash'
    case 'restore':
      return 'restored'
    case 'erase':
      return 'deleted for good'
  }
}

/** What became of it: `3 pictures tagged`. */
export function doneWords({ action, state, changed }: Bulk): string {
  if (state === 'undone') return 'Undone'
  if (state === 'failed') return `It broke off after ${count(changed, 'picture', 'pictures')}`
  if (changed === 0) return 'Nothing had to be changed'
  return `${count(changed, 'picture', 'pictures')} ${verb(action)}`
}

/** Whether there is something that Undo would bring back. */
export function canUndo({ action, state, changed }: Bulk): boolean {
  return action.type !== 'erase' && changed > 0 && (state === 'done' || state === 'failed')
}
