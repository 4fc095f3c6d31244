import { readBeside, type FoundPicture as Found, type StoryBeside } from '@easel/contract'
import { FileRefused } from '../stopped.ts'
import type { SourceFile } from './source.ts'

export type FoundPicture = Found<SourceFile>

const maxSidecarBytes = 1024 * 1024

/**
 * What stands beside a picture; nothing where that is no record.
 * @throws FileRefused for one of Easel's own that is wrong, since the picture would not be what it was
 */
export async function readFacts({ file, sidecar }: FoundPicture): Promise<StoryBeside> {
  const text = sidecar === null ? null : new TextDecoder().decode(await sidecar.read(maxSidecarBytes))
  const story = readBeside(file.name, text)
  if (typeof story === 'string') throw new FileRefused(story)
  const { facts, ...rest } = story
  if (facts.exported !== undefined || file.modified === null) return story
  return { ...rest, facts: { ...facts, modifiedAt: file.modified.toISOString() } }
}
