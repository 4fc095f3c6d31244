// An engine with everything that contract B's studio can ask for, drawn at the far end by the paint engine.
import type { Capabilities, ModelInfo } from '@easel/contract'
import { z } from 'zod'
import { paintProvider, picturesFor, type Turn } from '#generation/testing/paint.ts'
import type { Provider } from '#providers/spec/provider.ts'

const capabilities: Capabilities = {
  imagesPerCall: 1,
  size: { kind: 'free', min: 64, max: 2048, multiple: 8, default: '512x512' },
  sources: 1,
  mask: false,
  negativePrompt: true,
  seedMax: 2 ** 32 - 1,
  steps: { min: 1, max: 50, default: 20 },
  guidance: { min: 0, max: 30, step: 0.1, default: 7 },
  strength: { min: 0, max: 1, step: 0.01, default: 0.75 },
  quality: null,
  style: null,
  background: null,
  outputFormat: null,
  sampler: null,
  progress: 'none',
  cancel: 'connection',
}

const modelsOf = (...ids: readonly string[]): readonly ModelInfo[] => ids.map((id) => ({ id, label: id, capabilities }))

/** Like Forge: FLUX has a guidance of its own. */
export const forge: Provider = paintProvider(
  { id: 'forge', options: z.object({ distilled_cfg_scale: z.number().optional() }) },
  modelsOf('juggernautXL', 'flux1-dev'),
)

/** Like an engine that knows nothing of that, and decodes in tiles. */
export const plainFlux: Provider = paintProvider(
  { id: 'plain-flux', options: z.object({ vae_tiling: z.boolean().optional() }) },
  modelsOf('flux-schnell'),
)

/** Draws at once, and small, whatever is asked: for tests that do not look at the size. */
export const drawsSmall: Turn = (reply, asked) =>
  reply.json(200, { images: picturesFor({ ...asked, width: 64, height: 32 }) })
