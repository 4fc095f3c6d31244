import { expect, it } from 'vitest'
import { codeOf, DefectError, EaselError, messageOf, present, StartError } from './errors.ts'

it('keeps code, fields and cause of an error for the caller', () => {
  const cause = new Error('below')
  const error = new EaselError('validation-failed', 'Two fields are wrong', {
    cause,
    fields: [{ field: 'body.prompt', message: 'Required' }],
  })
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'EaselError', code: 'validation-failed', message: 'Two fields are wrong', cause })
  expect(error.fields).toEqual([{ field: 'body.prompt', message: 'Required' }])
  expect(new EaselError('not-found', 'No such image').fields).toEqual([])
  expect('cause' in new EaselError('not-found', 'No such image')).toBe(false)
})

it('names its errors apart', () => {
  expect(new StartError('no').name).toBe('StartError')
  expect(new DefectError('no').name).toBe('DefectError')
})

it('takes zero, false and empty text for something, null and undefined for nothing', () => {
  expect([present(0, 'n'), present(false, 'b'), present('', 's')]).toEqual([0, false, ''])
  expect(() => present(null, 'the owner')).toThrow(DefectError)
  expect(() => present(undefined, 'the owner')).toThrow('the owner')
})

it.each([
  [new Error('words'), 'words'],
  ['text', 'text'],
  [42, '42'],
  [null, 'null'],
])('reads the message of %j', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message)
})

it.each([
  [Object.assign(new Error('no file'), { code: 'ENOENT' }), 'ENOENT'],
  [{ code: '23505' }, '23505'],
  [{ code: 7 }, null],
  [new Error('plain'), null],
  ['ENOENT', null],
  [null, null],
])('reads the code of %j', (thrown, code) => {
  expect(codeOf(thrown)).toBe(code)
})
