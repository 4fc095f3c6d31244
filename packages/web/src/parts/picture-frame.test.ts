import { expect, it } from 'vitest'
import { altOf } from './picture-frame.tsx'

it('WR18: a picture’s alternative text is its description, else its prompt, else its name', () => {
  const image = { description: 'A fox in the snow.', generationPrompt: 'fox', filename: 'fox.png' }
  expect(altOf(image)).toBe('A fox in the snow.')
  expect(altOf({ ...image, description: null })).toBe('fox')
  expect(altOf({ ...image, description: '', generationPrompt: null })).toBe('fox.png')
})
