import type { Generation, Image } from '@easel/contract'

/** A UUIDv7-shaped id; a larger number sorts later, as one made later does. */
export function idOf(number: number): string {
  return `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`
}

export function imageOf(number: number, change: Partial<Image> = {}): Image {
  const id = idOf(number)
  return {
    id,
    filename: `${id}.png`,
    filepath: `images/${id}.png`,
    url: `/api/images/${id}/file`,
    thumbnailUrl: `/api/images/${id}/thumbnail`,
    mimeType: 'image/png',
    size: 1_400_000,
    width: 1024,
    height: 768,
    sha256: 'ab'.repeat(32),
    thumbhash: null,
    source: 'generated',
    generationId: null,
    generationPrompt: 'a lighthouse',
    typedPrompt: null,
    revisedPrompt: null,
    negativePrompt: null,
    description: null,
    title: null,
    notes: null,
    favourite: false,
    rating: 0,
    generationModel: 'sketch',
    provider: 'sketch',
    seed: 7,
    parameters: {},
    parentId: null,
    tags: [],
    damage: null,
    createdAt: '2026-11-21T10:00:00.000Z',
    deletedAt: null,
    ...change,
  }
}

export function generationOf(number: number, change: Partial<Generation> = {}): Generation {
  return {
    id: idOf(number),
    state: 'succeeded',
    connectionId: idOf(1),
    connectionName: 'Sketcher',
    provider: 'sketch',
    model: 'sketch',
    request: { prompt: 'a lighthouse' },
    resolvedPrompt: 'a lighthouse',
    resolution: null,
    revisedPrompt: null,
    width: 1024,
    height: 768,
    seed: 7,
    adjustments: [],
    fallbackFrom: null,
    progress: null,
    previewUrl: null,
    place: null,
    images: [],
    error: null,
    tags: [],
    parentId: null,
    cost: null,
    createdAt: '2026-11-21T10:00:00.000Z',
    startedAt: null,
    finishedAt: null,
    ...change,
  }
}
