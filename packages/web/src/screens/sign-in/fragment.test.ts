import { expect, it } from 'vitest'
import { fragmentValue } from './fragment.ts'

it('reads what stands behind #', () => {
  expect(fragmentValue('#code=ab-c_1', 'code')).toBe('ab-c_1')
  expect(fragmentValue('#a=1&token=x%2Fy', 'token')).toBe('x/y')
  expect(['', '#', '#code=', '#codex=1', '#token=1'].map((text) => fragmentValue(text, 'code'))).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
})
