import { expect, it } from 'vitest'
import { secretOf } from './secret-of.ts'

it('groups the secret for typing', () => {
  expect(secretOf('otpauth://totp/Easel:a%40b.c?secret=JBSWY3DPEHPK3PXPAB&issuer=Easel')).toBe('JBSW Y3DP EHPK 3PXP AB')
  expect(secretOf('otpauth://totp/Easel')).toBe('')
  expect(secretOf('nonsense')).toBe('')
})
