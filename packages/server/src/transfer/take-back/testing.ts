import { randomBytes } from 'node:crypto'
import type {
  ExportedAlbum,
  ExportedGeneration,
  ExportedPromptPart,
  ExportedSearch,
  ExportedShare,
} from '@easel/contract'
import { newId } from '#base/ids.ts'

/** A line of an export's `generations.jsonl`. */
export function exportedGeneration(changes: Partial<ExportedGeneration> = {}): ExportedGeneration {
  return {
    id: newId(),
    state: 'succeeded',
    connectionName: 'Paint',
    provider: 'paint',
    model: 'one',
    request: { prompt: 'a {red|green} fox', steps: 20, options: { hires: true } },
    adjustments: [{ field: 'steps', asked: 500, used: 20, reason: 'It takes 20 at most.' }],
    tags: [{ tagType: 'LABEL', tagId: 'foxes' }],
    resolvedPrompt: 'a red fox',
    resolution: { seed: 7, prompts: ['a red fox', 'a green fox'], negativePrompt: null },
    revisedPrompt: 'a red fox in the snow',
    n: 2,
    width: 16,
    height: 16,
    seed: 2 ** 53 - 1,
    error: null,
    fallbackFrom: null,
    costAmount: 0.04,
    costCurrency: 'USD',
    parentId: null,
    createdAt: '2026-11-01T10:00:00.000Z',
    startedAt: '2026-11-01T10:00:01.000Z',
    finishedAt: '2026-11-01T10:00:09.500Z',
    ...changes,
  }
}

/** A line of an export's `albums.jsonl`. */
export const exportedAlbum = (changes: Partial<ExportedAlbum> = {}): ExportedAlbum => {
  const id = newId()
  return { id, name: `Album ${id}`, description: 'Füchse 🦊', createdAt: '2026-11-01T10:00:00.000Z', ...changes }
}

/** A line of an export's `searches.jsonl`. */
export const exportedSearch = (changes: Partial<ExportedSearch> = {}): ExportedSearch => {
  const id = newId()
  return { id, name: `Search ${id}`, query: { q: 'fox' }, createdAt: '2026-11-01T10:00:00.000Z', ...changes }
}

/** A line of an export's `prompts.jsonl`. */
export const exportedPromptPart = (changes: Partial<ExportedPromptPart> = {}): ExportedPromptPart => {
  const id = newId()
  const part = { kind: 'list' as const, name: `list-${id}`, text: 'red\n2::{green|blue}', negativePrompt: null }
  return { id, ...part, createdAt: '2026-11-01T10:00:00.000Z', ...changes }
}

/** A line of an export's `shares.jsonl`: of a link to a picture that is erased. */
export const exportedShare = (changes: Partial<ExportedShare> = {}): ExportedShare => ({
  id: newId(),
  kind: 'image',
  name: randomBytes(11).toString('hex'),
  imageId: null,
  albumId: null,
  imageIds: [],
  title: null,
  comment: null,
  startsAt: null,
  expiresAt: null,
  viewLimit: null,
  views: 0,
  viewedAt: null,
  download: true,
  prompt: false,
  listed: false,
  address: null,
  hadPassword: false,
  createdAt: '2026-11-01T10:00:00.000Z',
  revokedAt: null,
  ...changes,
})
