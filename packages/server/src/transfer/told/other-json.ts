// JSON in A1111's place that says no tool's name: Easy Diffusion, scripts around diffusers, and many more use these words.
import { parametersText } from './a1111.ts'
import { looksLikeJson, modelName, parseFields, seedOf, settings, words } from './fields.ts'
import { UnreadableWords, type ToldReader } from './told.ts'

export const otherJson: ToldReader = {
  tool: null,
  read(texts) {
    const found = parametersText(texts)
    if (found === null || !looksLikeJson(found.text)) return null
    const said = parseFields(found.text, found.name)
    const prompt = words(said.prompt)
    if (prompt === null) throw new UnreadableWords(`its text “${found.name}” has no prompt that is known`)
    const { seed, sampler, sampler_name: samplerName, steps, num_inference_steps: inferenceSteps, width, height } = said
    const { cfg_scale: cfg, guidance_scale: guidance, model, use_stable_diffusion_model: otherModel } = said
    return {
      prompt,
      negativePrompt: words(said.negative_prompt),
      seed: seedOf(seed),
      model: modelName(model ?? otherModel),
      createdAt: null,
      parameters: settings({
        steps: steps ?? inferenceSteps,
        guidance: guidance ?? cfg,
        sampler: sampler ?? samplerName,
        width,
        height,
      }),
    }
  },
}
