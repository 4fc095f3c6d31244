// What the browser keeps between visits belongs to one person; the next one must not find it.
import { z } from 'zod'
import { emptyDraft } from './draft.ts'
import { draftStore, promptHistory, selectionStore } from './preferences.ts'
import { createStored } from './stored.ts'
import { forgetVisit } from './visit.ts'

const visitorStore = createStored<string | null>({
  name: 'easel-visitor',
  schema: z.string().nullable(),
  fallback: null,
})

/** Whether what this browser keeps is of that person, or of nobody. Null: nobody is signed in. */
export function isSameVisitor(userId: string | null): boolean {
  return userId !== null && visitorStore.get() === userId
}

/** Somebody else is here, or nobody: forgets what the browser kept of the person before. */
export async function changeVisitor(next: string | null): Promise<void> {
  // Whoever comes back after a session that ended by itself finds what they were writing.
  const before = visitorStore.get()
  if (next !== null && before !== null && before !== next) forgetWriting()
  if (next !== null) visitorStore.set(next)
  await forgetVisit()
}

/** Signed out: forgets all that the browser kept. */
export async function forgetVisitor(): Promise<void> {
  forgetWriting()
  visitorStore.set(null)
  await forgetVisit()
}

function forgetWriting(): void {
  draftStore.set(emptyDraft)
  promptHistory.set([])
  selectionStore.set(null)
}
