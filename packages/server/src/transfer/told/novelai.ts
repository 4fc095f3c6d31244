// NovelAI writes PNG texts: `Software` is NovelAI, `Source` the model, `Description` the prompt and `Comment` JSON of all settings
// (https://docs.novelai.net/image/metadata.html, and what its pictures hold).
import { isFields, parseFields, seedOf, settings, words, type Fields } from './fields.ts'
import type { ToldReader } from './told.ts'

/** From version 4 on, prompts have a base caption, and one for each character. */
function captions(value: unknown): string | null {
  const caption = isFields(value) && isFields(value.caption) ? value.caption : {}
  const characters = Array.isArray(caption.char_captions) ? caption.char_captions.slice(0, 100) : []
  const each = characters.map((one: unknown) => (isFields(one) ? words(one.char_caption) : null))
  return words([words(caption.base_caption), ...each].filter((one) => one !== null).join('\n'))
}

/** Nothing where it cannot be read and the prompt stands elsewhere too. @throws UnreadableWords */
function commentOf(text: string | null | undefined, description: string | null): Fields {
  if (text === undefined || text === null) return {}
  try {
    return parseFields(text, 'Comment')
  } catch (error) {
    if (description === null) throw error
    return {}
  }
}

export const novelai: ToldReader = {
  tool: 'NovelAI',
  read(texts) {
    if (texts.get('Software')?.trim() !== 'NovelAI') return null
    const description = words(texts.get('Description'))
    const said = commentOf(texts.get('Comment'), description)
    const { seed, steps, scale, sampler, width, height, strength, noise_schedule: scheduler } = said
    return {
      prompt: captions(said.v4_prompt) ?? words(said.prompt) ?? description,
      negativePrompt: captions(said.v4_negative_prompt) ?? words(said.uc),
      seed: seedOf(seed),
      model: words(texts.get('Source'), 300),
      createdAt: null,
      parameters: settings({ steps, guidance: scale, sampler, scheduler, width, height, strength }),
    }
  },
}
