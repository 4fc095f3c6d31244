// Puts pictures into the library of a running Easel, through its own code.
import { randomUUID } from 'node:crypto'
import type { TestEasel } from '../../packages/server/src/bin/testing.ts'
import { newId } from '../../packages/server/src/base/ids.ts'
import { openLog } from '../../packages/server/src/base/log.ts'
import type { Sidecar } from '../../packages/server/src/library/image-record.ts'
import { keepImage } from '../../packages/server/src/library/keep.ts'
import { digest } from '../../packages/server/src/media/digest.ts'
import { probe } from '../../packages/server/src/media/probe.ts'

export type PictureRecord = Omit<Sidecar, 'easel'>

/** The record of a picture with these bytes; what is not said is as for an upload. */
function recordOf(bytes: Uint8Array, changes: Partial<PictureRecord> = {}): PictureRecord {
  const { width, height, mimeType, extension } = probe(bytes)
  return {
    id: newId(),
    generationId: null,
    generationIndex: null,
    filename: `${randomUUID()}.${extension}`,
    source: 'upload',
    mimeType,
    bytes: bytes.length,
    width,
    height,
    ...digest(bytes),
    prompt: null,
    revisedPrompt: null,
    negativePrompt: null,
    description: null,
    model: null,
    provider: null,
    seed: null,
    parameters: {},
    parentId: null,
    tags: [],
    createdAt: new Date().toISOString(),
    ...changes,
  }
}

export async function keep(
  easel: TestEasel,
  bytes: Uint8Array,
  changes: Partial<PictureRecord> = {},
): Promise<PictureRecord> {
  const { database, storage, events, ownerId: userId } = easel
  const record = recordOf(bytes, changes)
  await keepImage({ db: database.db, storage, events, log: openLog('silent') }, { userId, bytes, record })
  return record
}
