import type { Adjustment } from '@easel/contract'
import { plainValue } from './format.ts'

const fields: Readonly<Record<string, string>> = {
  connection: 'The engine',
  model: 'The model',
  size: 'Size',
  aspectRatio: 'Shape',
  seed: 'Seed',
  steps: 'Steps',
  guidance: 'Guidance',
  strength: 'Strength',
  quality: 'Quality',
  style: 'Style',
  background: 'Background',
  outputFormat: 'Format',
  sampler: 'Sampler',
  negativePrompt: 'The negative prompt',
  n: 'Number of pictures',
  sources: 'Source pictures',
  mask: 'The mask',
  refine: 'The refinement',
}

/** What became of an option, in a sentence: `Size: 512 × 500 became 512 × 512, because …`. */
export function adjustmentWords({ field, asked, used, reason }: Adjustment): string {
  const name = fields[field] ?? field
  const why = reason === '' ? '' : `: ${reason.charAt(0).toLowerCase()}${reason.slice(1).replace(/\.$/, '')}`
  // Nobody asked for it, and it is told all the same.
  if (asked === null) return `${name}${why}`
  if (used === null || used === undefined) return `${name} was left out${why}`
  return `${name} ${plainValue(asked)} became ${plainValue(used)}${why}`
}
