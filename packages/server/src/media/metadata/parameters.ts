import type { Story } from './story.ts'

/**
 * A story in the text form of AUTOMATIC1111's web UI, which Civitai and most galleries read: the prompt, the negative prompt when there is one,
 * and a line of settings. Readers take a last line with three or more `Key: value` pairs for that line; Size, Model and Version are always there.
 */
export function formatParameters(story: Story): string {
  const settings: readonly (readonly [key: string, value: string | number | undefined])[] = [
    ['Steps', story.steps],
    ['Sampler', story.sampler],
    ['CFG scale', story.guidance],
    ['Seed', story.seed],
    ['Size', `${story.width}x${story.height}`],
    ['Model', story.model],
    ['Version', 'Easel'],
  ]
  const line = settings
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${quoted(String(value))}`]))
    .join(', ')
  const negative = story.negativePrompt?.trim() ? [`Negative prompt: ${story.negativePrompt.trim()}`] : []
  return clean([story.prompt.trim(), ...negative, line].join('\n'))
}

/** A value that holds what separates pairs is written as a JSON string. */
function quoted(value: string): string {
  return /[,:\r\n"]/.test(value) ? JSON.stringify(value) : value
}

/** No NUL, which ends a text in PNG, and no half characters, which UTF-8 does not have. */
function clean(text: string): string {
  return text.replaceAll('\0', '').replaceAll(/\r\n?/g, '\n').toWellFormed()
}
