import { expect, it } from 'vitest'
import { drawingLine } from './drawing-bar.ts'

it.each([
  [{ state: 'queued', place: 3, completed: 0, total: null }, 'waiting at place 3, 2 s'],
  [{ state: 'queued', place: null, completed: 0, total: null }, 'waiting, 2 s'],
  [{ state: 'running', place: null, completed: 0, total: null }, 'drawing, 2 s'],
  [{ state: 'running', place: null, completed: 5, total: 20 }, '[######..................] 25 %, 2 s'],
  [{ state: 'running', place: null, completed: 30, total: 20 }, '[########################] 100 %, 2 s'],
] as const)('CM4: on a terminal %j is one line', (progress, line) => {
  expect(drawingLine(progress, 2500)).toBe(line)
})
