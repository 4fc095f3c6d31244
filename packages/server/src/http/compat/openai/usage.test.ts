import { describe, expect, it } from 'vitest'
import { withUsage } from '#providers/kit/token-usage.ts'
import { usageOf } from './usage.ts'

const bytes = new Uint8Array()
const used = { inputTokens: 30, inputTextTokens: 10, inputImageTokens: 20, outputTokens: 100 }
const pictures = (images: ReturnType<typeof withUsage>) => images.map(({ parameters = {} }) => ({ parameters }))

describe('OA23: tokens', () => {
  it('are those of all calls, each of which is counted once', () => {
    const first = pictures(withUsage([{ bytes }, { bytes }], used))
    const second = pictures(withUsage([{ bytes, parameters: { steps: 4 } }], { inputTokens: 5, outputTokens: 7 }))
    expect(second[0]?.parameters).toMatchObject({ steps: 4 })
    expect(usageOf([...first, ...second])).toEqual({
      input_tokens: 35,
      input_tokens_details: { image_tokens: 20, text_tokens: 15 },
      output_tokens: 107,
      total_tokens: 142,
    })
  })

  it('are unknown where no engine said them, or what is kept is something else', () => {
    expect(usageOf(pictures(withUsage([{ bytes }], undefined)))).toBeNull()
    expect(usageOf([{ parameters: { usage: 'much' } }, { parameters: { usage: { inputTokens: -1 } } }])).toBeNull()
    expect(usageOf([])).toBeNull()
  })
})
