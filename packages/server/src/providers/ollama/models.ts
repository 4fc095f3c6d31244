import type { Capabilities, ModelInfo } from '@easel/contract'

/** Drawing came in 0.14.0, with width, height and steps in 0.14.3, and was taken out again in 0.32.6 (28 July 2026). */
export type DrawingEra = 'before' | 'drawing' | 'after' | 'unknown'

/** Which era a version belongs to. A version that is no version (a build of one's own) is `unknown`. */
export function eraOf(version: string): DrawingEra {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)
  if (!match) return 'unknown'
  const number = Number(match[1]) * 1e6 + Number(match[2]) * 1e3 + Number(match[3])
  // Builds from source call themselves 0.0.0.
  if (number === 0) return 'unknown'
  if (number < 14_003) return 'before'
  return number < 32_006 ? 'drawing' : 'after'
}

/**
 * Seeds that fit 32 bits are the ones that other programs can read from a picture's metadata. Ollama itself takes 63 bits,
 * but as JSON numbers, exact to 2^53 only. See `seedOnTheWire` for 0.
 */
const seedMax = 2 ** 32 - 1

const common = {
  imagesPerCall: 1,
  mask: false,
  negativePrompt: false,
  seedMax,
  guidance: null,
  strength: null,
  quality: null,
  style: null,
  background: null,
  outputFormat: null,
  sampler: null,
  progress: 'steps',
  cancel: 'engine',
} as const satisfies Partial<Capabilities>

// Width and height up to 4096 are taken (400 above); both models work on blocks of 16 pixels.
const size = { kind: 'free', min: 64, max: 4096, multiple: 16, default: '1024x1024' } as const

/** flux2-klein scales anything above 2048 × 2048 pixels down (MaxOutputPixels in its source) and is the one that edits. */
const flux2Klein: Capabilities = {
  ...common,
  size: { ...size, maxPixels: 2048 * 2048 },
  // The server sets no limit; FLUX.2 klein is made for up to four reference pictures.
  sources: 4,
  steps: { min: 1, max: 100, step: 1, default: 4 },
}

const zImageTurbo: Capabilities = { ...common, size, sources: 0, steps: { min: 1, max: 100, step: 1, default: 9 } }

/** A model of which nothing is known beyond that it draws: the server picks the number of steps. */
const unknownModel: Capabilities = { ...common, size, sources: 0, steps: null }

function capabilitiesOf(name: string): Capabilities {
  if (/flux-?2-?klein/i.test(name)) return flux2Klein
  return /z-image-turbo/i.test(name) ? zImageTurbo : unknownModel
}

/** Describes a model that the server says can draw. `version` is the server's. */
export function describeModel(name: string, version: string): ModelInfo {
  const label = name.replace(/:latest$/, '')
  const info = { id: name, label, capabilities: capabilitiesOf(name) }
  if (eraOf(version) !== 'after') return info
  // Only a call shows whether a later version draws again.
  return {
    ...info,
    description: `Ollama ${version} is newer than 0.32.5, the last known to draw: it will probably refuse.`,
  }
}
