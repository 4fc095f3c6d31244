import { expect, it } from 'vitest'
import { movedByKey, movedByPointer } from './divider.ts'

const key = (name: string, shiftKey = false) => ({ key: name, shiftKey })

it('is moved by the keys of a slider, and stays within', () => {
  expect(movedByKey(50, key('ArrowRight'))).toBe(52)
  expect(movedByKey(50, key('ArrowLeft', true))).toBe(40)
  expect(movedByKey(99, key('PageUp'))).toBe(100)
  expect(movedByKey(1, key('ArrowDown'))).toBe(0)
  expect([movedByKey(50, key('Home')), movedByKey(50, key('End')), movedByKey(50, key('x'))]).toEqual([0, 100, null])
})

it('follows a pointer, also beyond the picture', () => {
  const box = { left: 100, width: 200 }
  expect([movedByPointer(150, box), movedByPointer(0, box), movedByPointer(900, box)]).toEqual([25, 0, 100])
  expect(movedByPointer(5, { left: 0, width: 0 })).toBe(50)
})
