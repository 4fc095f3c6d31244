// SwarmUI writes JSON: the parameters under `sui_image_params`, and what is of the moment under `sui_extra_data`. The form is that of
// `GenMetadata` in its `src/Text2Image/T2IParamInput.cs`; the place is A1111's.
import { parametersText } from './a1111.ts'
import { isFields, looksLikeJson, modelName, parseFields, seedOf, settings, words } from './fields.ts'
import type { ToldReader } from './told.ts'

/** The day alone, which is read as one at Greenwich; other programs wrote the time too. */
function timeOf(value: unknown): string | null {
  const ms = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

export const swarmui: ToldReader = {
  tool: 'SwarmUI',
  read(texts) {
    const found = parametersText(texts)
    if (found === null || !looksLikeJson(found.text) || !found.text.includes('"sui_image_params"')) return null
    const whole = parseFields(found.text, found.name)
    const said = isFields(whole.sui_image_params) ? whole.sui_image_params : {}
    const extra = isFields(whole.sui_extra_data) ? whole.sui_extra_data : {}
    const { prompt, negativeprompt, model, seed, steps, cfgscale, sampler, scheduler, width, height } = said
    const large = seedOf(seed) === null ? { seed } : {}
    return {
      prompt: words(prompt),
      negativePrompt: words(negativeprompt),
      seed: seedOf(seed),
      model: modelName(model),
      createdAt: timeOf(extra.date),
      parameters: settings({ steps, guidance: cfgscale, sampler, scheduler, width, height, ...large }),
    }
  },
}
