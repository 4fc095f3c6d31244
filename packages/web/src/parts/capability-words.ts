import type { Capabilities } from '@easel/contract'
import { count } from './format.ts'

function sizeWords(size: Capabilities['size']): string {
  if (size.kind === 'free') return `any size to ${size.max} px`
  if (size.kind === 'ratio') return count(size.ratios.length, 'shape', 'shapes')
  return count(size.sizes.length, 'size', 'sizes')
}

/** What a model can do in a line: `any size to 2048 px · 2 source pictures · mask · seed`. */
export function capabilityWords(able: Capabilities): string {
  const pictures = able.sources === 0 ? 'text only' : count(able.sources, 'source picture', 'source pictures')
  return [
    sizeWords(able.size),
    pictures,
    able.mask ? 'mask' : '',
    able.negativePrompt ? 'negative prompt' : '',
    able.seedMax === null ? '' : 'seed',
    able.steps === null ? '' : 'steps',
    able.quality === null ? '' : `quality ${able.quality.values.join(', ')}`,
  ]
    .filter((word) => word !== '')
    .join(' · ')
}
