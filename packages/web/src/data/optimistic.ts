import type { Generation } from '@easel/contract'
import type { Submission } from './mutations.ts'

/** Ids of cards that the server has not answered for begin so; `~` sorts above every UUID, so the card stands first. */
const PENDING = '~pending-'

export function isPending(id: string): boolean {
  return id.startsWith(PENDING)
}

/** What the server is about to say, for the moment until it says it. `now` in milliseconds. */
export function optimisticGeneration(submission: Submission, now: number): Generation {
  const {
    connectionId,
    model: _model,
    tags,
    parentId,
    priority: _priority,
    strict: _strict,
    ...spec
  } = submission.request
  const [width, height] = (spec.size ?? '').split('x').map(Number)
  return {
    id: `${PENDING}${submission.key}`,
    state: 'queued',
    connectionId: connectionId ?? null,
    connectionName: submission.connectionName,
    provider: submission.provider,
    model: submission.model,
    request: spec,
    resolvedPrompt: spec.refinedPrompt ?? spec.prompt,
    resolution: null,
    revisedPrompt: null,
    width: width || null,
    height: height || null,
    seed: spec.seed ?? null,
    adjustments: [],
    fallbackFrom: null,
    progress: null,
    previewUrl: null,
    place: null,
    images: [],
    error: null,
    tags: tags ?? [],
    parentId: parentId ?? null,
    cost: null,
    createdAt: new Date(now).toISOString(),
    startedAt: null,
    finishedAt: null,
  }
}
