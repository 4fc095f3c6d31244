// Fooocus writes JSON (`FooocusMetadataParser` in its `modules/meta_parser.py`) as PNG text `parameters` beside `fooocus_scheme`, or as
// UserComment with the scheme as MakerNote. With the scheme `a1111` the text is A1111's.
import { parametersText } from './a1111.ts'
import { looksLikeJson, modelName, parseFields, seedOf, settings, words } from './fields.ts'
import type { ToldReader } from './told.ts'

/** `(1024, 768)`, a Python tuple. */
function sizeOf(value: unknown): { width?: number; height?: number } {
  const [, width, height] = typeof value === 'string' ? (/^\((\d{1,5}), ?(\d{1,5})\)$/.exec(value) ?? []) : []
  return width === undefined || height === undefined ? {} : { width: Number(width), height: Number(height) }
}

export const fooocus: ToldReader = {
  tool: 'Fooocus',
  read(texts) {
    const found = parametersText(texts)
    if (found === null || !looksLikeJson(found.text)) return null
    const scheme = texts.get('fooocus_scheme') ?? texts.get('exif:MakerNote')
    if (scheme !== 'fooocus' && !/"metadata_scheme"\s*:\s*"fooocus"/.test(found.text)) return null
    const said = parseFields(found.text, found.name)
    const { prompt, negative_prompt: negative, seed, base_model: model, steps, sampler, scheduler } = said
    const { guidance_scale: guidance, resolution, performance, styles, sharpness } = said
    const large = seedOf(seed) === null ? { seed } : {}
    return {
      prompt: words(prompt),
      negativePrompt: words(negative),
      seed: seedOf(seed),
      model: modelName(model),
      createdAt: null,
      parameters: settings({
        steps,
        guidance,
        sampler,
        scheduler,
        ...sizeOf(resolution),
        performance,
        styles,
        sharpness,
        ...large,
      }),
    }
  },
}
