import type { AuthStatus, Me } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { detour } from './gate.ts'

const origin = 'https://easel.example'
const me: Me = {
  id: '0198a000-0000-7000-8000-000000000001',
  name: 'Ada',
  email: 'ada@example.org',
  role: 'user',
  mode: 'accounts',
  twoFactor: false,
  hasPassword: true,
  expiresAt: null,
}
const nobody: AuthStatus = {
  mode: 'accounts',
  needsSetup: false,
  needsSetupCode: false,
  signUp: 'open',
  guests: true,
  singleSignOn: null,
  passkeys: false,
  passwordReset: true,
  gallery: false,
  me: null,
}
const go = (status: AuthStatus, pathname: string, wanted?: string) =>
  detour(status, { pathname, href: pathname, wanted }, origin)

describe('who may stay where', () => {
  it('knows no sign-in in local mode', () => {
    const local: AuthStatus = { ...nobody, mode: 'local' }
    expect(['/', '/library', '/sign-in', '/setup'].map((path) => go(local, path))).toEqual([null, null, '/', '/'])
  })

  it('leads everybody to setting up while there is no administrator', () => {
    const fresh: AuthStatus = { ...nobody, needsSetup: true }
    expect(['/', '/sign-in', '/setup'].map((path) => go(fresh, path))).toEqual(['/setup', '/setup', null])
    expect(go(nobody, '/setup')).toBe('/sign-in')
  })

  it('leads nobody to the sign-in page, and remembers what they wanted', () => {
    expect(go(nobody, '/')).toBe('/sign-in')
    expect(go(nobody, '/library')).toBe('/sign-in?to=%2Flibrary')
    expect(['/sign-in', '/sign-up', '/forgot-password', '/reset-password'].map((path) => go(nobody, path))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('leads somebody on from the sign-in page, to screens of ours only', () => {
    const here: AuthStatus = { ...nobody, me }
    expect(go(here, '/sign-in', '/library')).toBe('/library')
    expect(go(here, '/sign-in', '//evil.example')).toBe('/')
    expect(go(here, '/library')).toBeNull()
    expect(go(here, '/reset-password')).toBeNull()
  })

  it('lets a guest become somebody', () => {
    const guest: AuthStatus = { ...nobody, me: { ...me, role: 'guest', email: null } }
    expect(['/sign-up', '/sign-in', '/library'].map((path) => go(guest, path))).toEqual([null, null, null])
  })
})
