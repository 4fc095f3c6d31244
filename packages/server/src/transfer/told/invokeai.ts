// InvokeAI writes the PNG text `invokeai_metadata` (`CoreMetadataInvocation` in its `invokeai/app/invocations/metadata.py`). Before version 3
// it was `sd-metadata`, and before that `Dream`, a line as one typed it (`invokeai/backend/image_util/pngwriter.py` of version 2).
import type { PictureTexts } from '#media/read-texts.ts'
import { isFields, modelName, parseFields, seedOf, setting, settings, words, type Fields } from './fields.ts'
import { UnreadableWords, type Told, type ToldReader } from './told.ts'

/** A model's name, which moved about between versions. */
function modelOf(value: unknown): string | null {
  return modelName(isFields(value) ? (value.name ?? value.model_name) : value)
}

function fromMetadata(said: Fields): Told {
  const { positive_prompt: prompt, negative_prompt: negative, seed, model, steps, width, height } = said
  const { cfg_scale: guidance, scheduler, strength } = said
  const large = seedOf(seed) === null ? { seed } : {}
  return {
    prompt: words(prompt),
    negativePrompt: words(negative),
    seed: seedOf(seed),
    model: modelOf(model),
    createdAt: null,
    parameters: settings({ steps, guidance, sampler: scheduler, width, height, strength, ...large }),
  }
}

/** The negative prompt stood in square brackets. */
function withNegative(prompt: string | null): { prompt: string | null; negativePrompt: string | null } {
  const negatives = prompt?.match(/\[[^[\]]*\]/g) ?? []
  const rest = negatives.reduce((text, one) => text.replace(one, ''), prompt ?? '')
  return { prompt: words(rest), negativePrompt: words(negatives.map((one) => one.slice(1, -1)).join(', ')) }
}

function promptOf(value: unknown): string | null {
  if (!Array.isArray(value)) return words(value)
  return words(
    value
      .slice(0, 1000)
      .map((one: unknown) => (isFields(one) ? (words(one.prompt) ?? '') : ''))
      .join(' '),
  )
}

function fromOldMetadata(said: Fields): Told {
  const image = isFields(said.image) ? said.image : {}
  const { seed, steps, cfg_scale: guidance, sampler, width, height } = image
  return {
    ...withNegative(promptOf(image.prompt)),
    seed: seedOf(seed),
    model: modelName(said.model_weights) ?? modelName(said.model),
    createdAt: null,
    parameters: settings({ steps, guidance, sampler, width, height }),
  }
}

/** `"a fox [blurry]" -s 50 -S 42 -W 512 -H 512 -C 7.5 -A k_lms` */
function fromDream(text: string): Told {
  const [, prompt = '', rest = ''] = /^\s*"((?:[^"\\]|\\.){0,20000})"([^"]{0,2000})/s.exec(text) ?? []
  const switches = new Map(
    Array.from(rest.matchAll(/-([A-Za-z])\s*(\S+)/g), ([, key = '', value = '']) => [key, value]),
  )
  const named = { steps: 's', guidance: 'C', sampler: 'A', width: 'W', height: 'H' }
  return {
    ...withNegative(words(prompt.replaceAll(/\\(.)/g, '$1')) ?? words(text)),
    seed: seedOf(switches.get('S')),
    model: null,
    createdAt: null,
    parameters: settings(
      Object.fromEntries(Object.entries(named).map(([name, key]) => [name, setting(switches.get(key))])),
    ),
  }
}

function textOf(texts: PictureTexts, name: string): string | undefined {
  const text = texts.get(name)
  if (text === null) throw new UnreadableWords(`its text “${name}” is damaged or too long`)
  return text
}

export const invokeai: ToldReader = {
  tool: 'InvokeAI',
  read(texts) {
    const metadata = textOf(texts, 'invokeai_metadata')
    if (metadata !== undefined) return fromMetadata(parseFields(metadata, 'invokeai_metadata'))
    const old = textOf(texts, 'sd-metadata')
    if (old !== undefined) return fromOldMetadata(parseFields(old, 'sd-metadata'))
    const dream = textOf(texts, 'Dream')
    return dream === undefined ? null : fromDream(dream)
  },
}
