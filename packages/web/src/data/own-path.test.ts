import { describe, expect, it } from 'vitest'
import { isOutside, ownPath } from './own-path.ts'

const origin = 'https://easel.example'

describe('where one goes after signing in', () => {
  it.each(['/library', '/library?trash=true', '/picture/abc#x', '/'])('is the own path %s', (path) => {
    expect(ownPath(path, origin)).toBe(path)
  })

  it.each([
    'https://evil.example/',
    '//evil.example/library',
    String.raw`/\evil.example`,
    String.raw`\\evil.example`,
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'library',
    '',
    '/sign-in?to=/library',
    '/reset-password',
    '/api/me/export',
    '//',
  ])('is never %j', (path) => {
    expect(ownPath(path, origin)).toBe('/')
  })

  it('is the Studio when nothing was wanted', () => {
    expect(ownPath(undefined, origin)).toBe('/')
  })
})

it('knows the pages of those who are not signed in', () => {
  expect(['/sign-in', '/setup', '/', '/library', '/sign-in/x'].map(isOutside)).toEqual([
    true,
    true,
    false,
    false,
    false,
  ])
})
