import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createNamer } from '../zip/entry-names.ts'
import { pictureName } from './picture-name.ts'

const plain = { title: null, prompt: null, filename: '20261121-081500-9f8e7d6c.png', parameters: {} }

it.each([
  ['its title', { title: ' The fox: part 1/2 ', prompt: 'a fox' }, 'The fox: part 1 2.png'],
  ['a title in lines', { title: 'The\nfox\t\\ hen' }, 'The fox hen.png'],
  [
    'its prompt',
    { prompt: '((masterpiece)), a red-haired fox’s den, <lora:snow:0.8>' },
    'masterpiece a red-haired fox’s den lora snow 0 8.png',
  ],
  ['whole words of a long prompt', { prompt: 'fox '.repeat(100) }, `${'fox '.repeat(20).trim()}.png`],
  [
    'a prompt without spaces',
    { prompt: '雪の中の赤い狐'.repeat(20) },
    `${'雪の中の赤い狐'.repeat(20).slice(0, 80)}.png`,
  ],
  ['a prompt of signs alone', { prompt: '?!… //' }, '20261121-081500-9f8e7d6c.png'],
  ['the name it was brought in by', { parameters: { originalFilename: 'C:\\a\\My cat.JPEG' } }, 'My cat.png'],
  ['a name that is none', { parameters: { originalFilename: 7 } }, '7.png'],
  ['an empty title', { title: '  ', prompt: '🦊' }, '🦊.png'],
])('TR64: a picture is called by %s', (_, row, name) => {
  expect(pictureName({ ...plain, ...row }, 'png')).toBe(name)
})

it('TR64: whatever it is called by, it is one file of an archive', () => {
  const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 300 }))
  fc.assert(
    fc.property(text, text, text, (title, prompt, originalFilename) => {
      const name = pictureName({ ...plain, title, prompt, parameters: { originalFilename } }, 'jpg')
      expect(createNamer()(name)).toMatch(/^[^/]+\.jpg$/)
    }),
  )
})
