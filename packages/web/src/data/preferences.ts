import { z } from 'zod'
import { Draft, emptyDraft, Selection } from './draft.ts'
import { createStored } from './stored.ts'

export const draftStore = createStored({ name: 'easel-draft', schema: Draft, fallback: emptyDraft })

export const selectionStore = createStored<Selection | null>({
  name: 'easel-selection',
  schema: Selection.nullable(),
  fallback: null,
})

export const promptHistory = createStored<string[]>({
  name: 'easel-prompts',
  schema: z.array(z.string()),
  fallback: [],
})

/** False after "Don't ask again". */
export const confirmDelete = createStored({ name: 'easel-confirm-delete', schema: z.boolean(), fallback: true })

/** Changes some fields of the Studio's form. */
export function patchDraft(change: Partial<Draft>): void {
  draftStore.set({ ...draftStore.get(), ...change })
}
