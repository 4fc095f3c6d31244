import type { Selection as SentSelection } from '@easel/contract'
import type { ImageFilter } from '#data/queries.ts'

/** What is selected. With `all` it is everything that the list holds, loaded or not. */
export interface Selection {
  readonly ids: ReadonlySet<string>
  readonly all: boolean
  /** Marks are shown, also while nothing is selected. */
  readonly active: boolean
  /** Where a range begins: what was marked last. */
  readonly anchor: string | null
}

export type SelectionStep =
  | { readonly type: 'open' }
  | { readonly type: 'close' }
  | { readonly type: 'all' }
  /** `list`: the ids that are loaded, in their order. */
  | { readonly type: 'mark'; readonly id: string; readonly range: boolean; readonly list: readonly string[] }

export const nothing: Selection = { ids: new Set(), all: false, active: false, anchor: null }

/** The most that can be named one by one. */
export const most = 1000

function marked(selection: Selection, { id, range, list }: Extract<SelectionStep, { type: 'mark' }>): Selection {
  // All of a list that is not loaded: one cannot be taken out of it.
  if (selection.all) return selection
  const ids = new Set(selection.ids)
  const [from, to] = [list.indexOf(selection.anchor ?? id), list.indexOf(id)]
  if (range && from !== -1 && to !== -1) {
    for (const one of list.slice(Math.min(from, to), Math.max(from, to) + 1)) if (ids.size < most) ids.add(one)
  } else if (!ids.delete(id) && ids.size < most) ids.add(id)
  return ids.size === 0 && selection.ids.size > 0 ? nothing : { ids, all: false, active: true, anchor: id }
}

export function selectionAfter(selection: Selection, step: SelectionStep): Selection {
  switch (step.type) {
    case 'open':
      return { ...selection, active: true }
    case 'close':
      return nothing
    case 'all':
      return { ids: new Set(), all: true, active: true, anchor: null }
    case 'mark':
      return marked(selection, step)
  }
}

export const isSelected = (selection: Selection, id: string): boolean => selection.all || selection.ids.has(id)

export const isEmpty = (selection: Selection): boolean => !selection.all && selection.ids.size === 0

/** As it is sent. */
export function sentSelection(selection: Selection, { trash, q, album, before }: ImageFilter): SentSelection {
  if (!selection.all) return { ids: [...selection.ids] }
  const rest = { q, album, before }
  return { search: { trash, ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) } }
}
