import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { embedMetadata } from '#media/embed.ts'
import { story } from '#media/testing.ts'
import { readTold } from './read-told.ts'
import {
  comfyPrompt,
  gifWith,
  invokeMetadata,
  jpegWith,
  novelComment,
  pngWith,
  textChunk,
  tiffOf,
  toolFiles,
  unicodeComment,
  type Said,
} from './testing.ts'

const said: Said = {
  prompt: 'a red fox, (snow:1.2), "quoted" ünd 🦊',
  negativePrompt: 'blurry, ugly',
  seed: 4_294_967_295_123,
  model: 'juggernautXL_v8',
}

/** Of one text in a PNG. */
const told = (name: string, value: unknown) =>
  readTold(pngWith('x', textChunk(name, typeof value === 'string' ? value : JSON.stringify(value))))

const without = (why: string) => ({ note: expect.stringContaining(why) })

describe('what tools write', () => {
  it.each(toolFiles)('TR14: $name', async ({ make, lacks = [], asciiAlone = false }) => {
    const plain = asciiAlone
      ? { ...said, prompt: 'a fox, (snow:1.2)' }
      : { ...said, prompt: said.prompt.replaceAll('"', '') }
    const silent: readonly string[] = lacks
    const expected = Object.fromEntries(
      Object.entries(plain).map(([key, value]) => [key, silent.includes(key) ? null : value]),
    )
    expect(readTold(await make(plain))).toMatchObject({ told: expected, note: null })
  })

  it('TR14: with the settings that Easel has names for', async () => {
    const of = async (name: string) => {
      const file = toolFiles.find((one) => one.name === name)
      return readTold((await file?.make({ ...said, prompt: 'a fox' })) ?? Buffer.alloc(0)).told?.parameters
    }
    expect(await of('ComfyUI PNG')).toEqual({
      steps: 20,
      guidance: 8,
      sampler: 'euler',
      scheduler: 'normal',
      denoise: 1,
      lora: 'ink',
      width: 512,
      height: 768,
      tool: 'ComfyUI',
    })
    expect(await of('ComfyUI PNG with a sampler in parts')).toEqual({
      steps: 28,
      guidance: 3.5,
      sampler: 'euler',
      scheduler: 'simple',
      denoise: 1,
      width: 1024,
      height: 768,
      tool: 'ComfyUI',
    })
    expect(await of('InvokeAI PNG')).toMatchObject({ steps: 30, guidance: 7, sampler: 'dpmpp_2m_k', tool: 'InvokeAI' })
    expect(await of('InvokeAI 1 PNG')).toMatchObject({ steps: 50, guidance: 7.5, sampler: 'k_lms', width: 512 })
    expect(await of('SwarmUI PNG')).toMatchObject({ steps: 20, guidance: 7, width: 1024, tool: 'SwarmUI' })
    expect(await of('Fooocus PNG')).toMatchObject({ steps: 30, guidance: 4, width: 1024, height: 768, tool: 'Fooocus' })
    expect(await of('NovelAI PNG')).toMatchObject({ steps: 28, guidance: 5, sampler: 'k_euler_ancestral' })
  })

  it('TR14: with the time where they say it', async () => {
    const swarm = toolFiles.find(({ name }) => name === 'SwarmUI PNG')
    expect(readTold((await swarm?.make(said)) ?? Buffer.alloc(0)).told?.createdAt).toBe('2024-05-01T00:00:00.000Z')
    const civitai = 'a fox\nSteps: 1, Sampler: x, Seed: 1, Created Date: 2024-05-01T0910:11.1234567Z'
    expect(told('parameters', civitai).told).toMatchObject({ createdAt: null })
    expect(told('parameters', civitai.replace('T0910', 'T09:10')).told?.createdAt).toMatch(/^2024-05-01T09:10:11/)
  })

  it('TR14: of Easel itself', () => {
    const own = readTold(embedMetadata(pngWith('own'), story))
    expect(own).toMatchObject({ told: { prompt: story.prompt, seed: 42, model: 'sd-xl' }, note: null })
  })

  it('TR14: with a seed that is larger than a number may be, as text', () => {
    const large = JSON.stringify(comfyPrompt({ ...said, seed: 7 })).replace('"seed":7', '"seed":18446744073709551615')
    expect(told('prompt', large)).toMatchObject({
      told: { seed: null, prompt: said.prompt, parameters: { seed: '18446744073709551615' } },
    })
  })

  it('TR14: with numbers that are not JSON, as Python writes them', () => {
    const graph = JSON.stringify({
      ...comfyPrompt({ ...said, prompt: 'NaN "a" \\' }),
      '99': { is_changed: ['NUMBER'] },
    })
    expect(told('prompt', graph.replace('"NUMBER"', 'NaN, -Infinity'))).toMatchObject({
      told: { prompt: 'NaN "a" \\', seed: said.seed },
      note: null,
    })
  })

  it('TR14: is the prompt of what was saved, by way of a control net, and none that was zeroed', () => {
    const graph = {
      ...comfyPrompt(said),
      '30': { class_type: 'ControlNetApplyAdvanced', inputs: { positive: ['6', 0], negative: ['31', 0], strength: 1 } },
      '31': { class_type: 'ConditioningZeroOut', inputs: { conditioning: ['20', 0] } },
    }
    const sampler = { ...graph['3'], inputs: { ...graph['3'].inputs, positive: ['30', 0], negative: ['30', 1] } }
    expect(told('prompt', { ...graph, '3': sampler }).told).toMatchObject({ prompt: said.prompt, negativePrompt: null })
  })

  it('TR14: is the older text where the newer one cannot be read', () => {
    const both = pngWith(
      'both',
      textChunk('Software', 'NovelAI'),
      textChunk('Description', 'a fox'),
      textChunk('Comment', '{"prompt": '),
    )
    expect(readTold(both)).toMatchObject({ told: { prompt: 'a fox' }, note: null })
    const comfy = pngWith(
      'c',
      textChunk('prompt', '{"3": '),
      textChunk('parameters', 'a fox\nSteps: 1, Seed: 2, Size: 3'),
    )
    expect(readTold(comfy)).toMatchObject({ told: { prompt: 'a fox', seed: 2 }, note: null })
  })

  it('TR14: is nothing where nobody wrote anything', async () => {
    expect(readTold(pngWith('none'))).toEqual({ told: null, note: null })
    expect(readTold(pngWith('none', textChunk('Software', 'GIMP'), textChunk('Comment', 'my holidays')))).toEqual({
      told: null,
      note: null,
    })
    expect(readTold(await jpegWith(tiffOf({ first: { 0x010f: 'Canon', 0x0110: 'EOS' } })))).toEqual({
      told: null,
      note: null,
    })
  })
})

describe('what somebody wrote to break it', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
  const cyclic = {
    '3': {
      class_type: 'KSampler',
      inputs: { seed: ['3', 0], model: ['3', 0], positive: ['6', 0], negative: ['6', 0], latent_image: ['3', 0] },
    },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: ['7', 0], clip: ['3', 0] } },
    '7': { class_type: 'Concat', inputs: { text: ['6', 0], string_b: ['7', 0] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
  }
  const chain = Object.fromEntries(
    Array.from({ length: 30_000 }, (_, at) => [
      String(at),
      { class_type: 'CLIPTextEncode', inputs: { text: [String(at + 1), 0] } },
    ]),
  )
  const wrong = { prompt: 42, seed: 'x', negative_prompt: {}, steps: [1], positive_prompt: null }

  it.each<[string, string, unknown, string]>([
    ['half JSON', 'prompt', '{"3": {"class_type": ', 'damaged'],
    ['a list', 'invokeai_metadata', '[1, 2]', 'not what it should be'],
    ['a circle', 'prompt', cyclic, 'no prompt is found'],
    ['a chain without an end', 'prompt', { ...cyclic, ...chain, '3': cyclic['3'] }, 'no prompt is found'],
    ['words of other types', 'invokeai_metadata', wrong, 'no prompt is found'],
    ['words of other types in SwarmUI’s', 'parameters', { sui_image_params: wrong }, 'no prompt'],
    ['parameters that are no object', 'parameters', { sui_image_params: [] }, 'no prompt'],
    ['JSON of nobody', 'parameters', { hello: 'world' }, 'has no prompt that is known'],
    ['a hundred thousand levels', 'invokeai_metadata', deep(100_000), 'no prompt is found'],
    ['a hundred thousand levels in a graph', 'prompt', deep(100_000), 'TR15'],
    ['five million letters', 'invokeai_metadata', `{"positive_prompt": "${'x'.repeat(5_000_000)}"}`, 'too long'],
    ['a million quotes', 'sd-metadata', `{${'"\\"'.repeat(1_000_000)}12345678901234567`, 'damaged'],
  ])('TR15: %s', (_, name, value, why) => {
    const found = told(name, value)
    if (why === 'TR15') expect(found.told?.prompt ?? null).toBe(null)
    else expect(found).toMatchObject(without(why))
    expect(found.told?.prompt ?? null).toBe(null)
  })

  it('TR15: a text that is packed badly, or too large when it is unpacked', () => {
    const bomb = pngWith('bomb', textChunk('parameters', 'a'.repeat(9 * 1024 * 1024), true))
    expect(readTold(bomb)).toMatchObject({ told: null, ...without('damaged or too long') })
    const broken = textChunk('invokeai_metadata', JSON.stringify(invokeMetadata(said)), true)
    expect(readTold(pngWith('broken', textChunk('Dream', 'x'), broken))).toMatchObject({ told: { model: said.model } })
  })

  it('TR15: NUL, half characters and a prompt without an end are made such as can be kept', async () => {
    const nul = { ...invokeMetadata(said), positive_prompt: 'a\0b\ud800', scheduler: `x\0${'y'.repeat(5000)}` }
    const { told: found } = told('invokeai_metadata', nul)
    expect(found?.prompt).toBe('ab\ufffd')
    expect(String(found?.parameters.sampler)).toHaveLength(1000)
    const long = readTold(await gifWith('a '.repeat(400_000)))
    expect(long.told?.prompt?.length).toBeLessThanOrEqual(100_000)
    const prototype = `{"__proto__": {"prompt": "x"}, "positive_prompt": "y", "constructor": 1}`
    expect(told('invokeai_metadata', prototype).told?.prompt).toBe('y')
  })

  it('TR15: whatever stands in whatever place', () => {
    const names = ['parameters', 'prompt', 'workflow', 'invokeai_metadata', 'sd-metadata', 'Dream', 'Comment']
    const base = [comfyPrompt(said), invokeMetadata(said), novelComment(said)]
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.json({ maxDepth: 6 }), fc.constantFrom(...base), (name, json, good) => {
        const mixed = JSON.stringify(good).replace(/"[a-z_]+":(?:"[^"]*"|\d+|\[[^\]]*\])/, () => `"text":${json}`)
        for (const value of [json, mixed]) {
          const found = readTold(
            pngWith('any', textChunk('Software', 'NovelAI'), textChunk(name, value.replaceAll('\0', ''))),
          )
          const text = JSON.stringify(found)
          expect(text.isWellFormed() && !text.includes('\\u0000')).toBe(true)
          const seed = found.told?.seed ?? 0
          expect(Number.isSafeInteger(seed) && seed >= 0).toBe(true)
        }
      }),
    )
  })

  it('TR15: EXIF that leads nowhere', async () => {
    const tiff = tiffOf({ exif: { 0x9286: unicodeComment('a fox\nSteps: 1, Seed: 2, Size: 3') } })
    for (let at = 8; at < tiff.length; at++) {
      const bent = Buffer.from(tiff)
      bent[at] = 0xff
      const found = readTold(await jpegWith(bent))
      expect(found.told?.prompt ?? '').not.toContain('\0')
    }
  })
})
