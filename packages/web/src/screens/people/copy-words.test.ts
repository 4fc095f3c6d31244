import { expect, it } from 'vitest'
import { copyWords } from './copy-words.ts'

const copied = { imageId: 'a', copyId: 'b', isNew: true, problem: null }

it('SP14: says what is new, what was there and why something is neither', () => {
  expect(copyWords([copied])).toBe('1 picture is in your library now')
  expect(copyWords([copied, copied, { ...copied, isNew: false }])).toBe(
    '2 pictures are in your library now. 1 picture was there already',
  )
  expect(copyWords([{ ...copied, copyId: null, isNew: false, problem: 'There is no room.' }])).toBe(
    '1 picture could not be copied: There is no room.',
  )
})
