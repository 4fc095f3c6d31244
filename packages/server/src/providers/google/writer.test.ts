import { expect, it } from 'vitest'
import { refusalIn } from './errors.ts'
import { writingModels } from './models.ts'
import { contentAnswer } from './wire.ts'

it('WR2: takes what generates content and is no picture model', () => {
  const listed = [
    { name: 'models/gemini-3-pro', displayName: 'Gemini 3 Pro', supportedGenerationMethods: ['generateContent'] },
    { name: 'models/gemma-3-27b-it', supportedGenerationMethods: ['generateContent', 'countTokens'] },
    { name: 'models/gemini-3.1-flash-image', supportedGenerationMethods: ['generateContent'] },
    { name: 'models/gemini-embedding-001', supportedGenerationMethods: ['embedContent'] },
    { name: 'models/text-bison', supportedGenerationMethods: ['generateText'] },
    { name: 'models/gemini-2.5-flash-preview-tts', supportedGenerationMethods: ['generateContent'] },
  ]
  expect(writingModels(listed)).toEqual([
    { id: 'gemini-3-pro', label: 'Gemini 3 Pro', sees: true },
    { id: 'gemma-3-27b-it', label: 'gemma-3-27b-it', sees: null },
  ])
})

it('WR5: an answer that ends for reasons of safety is a refusal', () => {
  const answer = contentAnswer.parse({
    candidates: [{ finishReason: 'SAFETY', content: { parts: [{ text: 'No.' }] } }],
  })
  expect(refusalIn(answer, [])).toEqual({ kind: 'blocked', reason: 'No.' })
  expect(refusalIn(contentAnswer.parse({ candidates: [{ finishReason: 'STOP' }] }), [])).toBeNull()
})
