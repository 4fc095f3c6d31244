import { z } from 'zod'
import { formatParameters } from '#media/metadata/parameters.ts'
import type { Story } from '#media/metadata/story.ts'
import type { ImageRow } from './image-record.ts'

const Settings = z.object({ steps: z.number(), sampler: z.string(), guidance: z.number() }).partial().catch({})

/** What is known of a generated picture, where its file does not say it: GIF and AVIF hold no such texts. */
export function storyOf(row: ImageRow): Story | null {
  if (row.source !== 'generated' || row.model === null) return null
  const { steps, sampler, guidance } = Settings.parse(row.parameters)
  return {
    ai: true,
    composite: row.parent_id !== null,
    prompt: row.prompt ?? '',
    negativePrompt: row.negative_prompt ?? undefined,
    steps,
    sampler,
    guidance,
    seed: row.seed ?? undefined,
    width: row.width,
    height: row.height,
    model: row.model,
  }
}

/** The same as the text that other tools read; empty for what was not generated here. */
export function parametersText(row: ImageRow): string {
  const story = storyOf(row)
  return story === null ? '' : formatParameters(story)
}
