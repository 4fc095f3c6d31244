import { describe, expect, it } from 'vitest'
import { checkAddress, checkUrl, guardedLookup, isPublicAddress, type Resolve } from './guard.ts'

const privateAddresses = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.0.8',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::7f00:1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:db8::1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '::7f00:1',
  '5f00::1',
  '4000::1',
]

const spellings = [
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0x7f.0.0.1/',
  'http://0177.0.0.1/',
  'http://017700000001/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127.0.0.1./',
  'http://0/',
  'http://[::ffff:169.254.169.254]/',
  'http://[0:0:0:0:0:ffff:7f00:1]/',
  'http://[::127.0.0.1]/',
  'https://169.254.169.254:443/latest/meta-data/',
  'http://127.0.0.1:11434/',
]

const resolveTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('guard', () => {
  it.each(privateAddresses)('PR18: %s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('PR18: %s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each(spellings)('PR18: %s is refused without a look-up', (url) => {
    expect(() => checkUrl(url)).toThrow(/not on the public internet/)
  })

  it.each(privateAddresses)('PR18: a name that means %s is refused', async (address) => {
    await expect(checkAddress('https://pictures.example/a.png', resolveTo(address))).rejects.toThrow(
      /not on the public/,
    )
  })

  it('PR18: one private answer among public ones is refused', async () => {
    const resolve = resolveTo('93.184.216.34', '10.0.0.1')
    await expect(checkAddress('https://pictures.example/', resolve)).rejects.toMatchObject({ kind: 'bad-request' })
  })

  it('PR18: a name without an address is unavailable, not allowed', async () => {
    await expect(checkAddress('https://pictures.example/', resolveTo())).rejects.toThrow(/not on the public/)
    const failing: Resolve = () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }))
    const expected = { kind: 'unavailable', advice: 'safe-to-resend' }
    await expect(checkAddress('https://pictures.example/', failing)).rejects.toMatchObject(expected)
  })

  it.each([
    'file:///etc/passwd',
    'gopher://x/',
    'data:text/plain,x',
    'ftp://x/',
    'javascript:1',
    'blob:x',
    '//x/a',
    'x',
  ])('PR18: %s is refused for its scheme', (url) => {
    expect(() => checkUrl(url)).toThrow(/Only http and https|not a complete web address/)
  })

  it.each(['https://user@pictures.example/', 'https://u:p@pictures.example/', 'http://[fe80::1%25eth0]/'])(
    'PR18: %s is refused',
    (url) => {
      expect(() => checkUrl(url)).toThrow(/user name or password|not a complete web address/)
    },
  )

  it('PR18: a public address passes', async () => {
    const url = await checkAddress('https://pictures.example/a.png?b=1', resolveTo('93.184.216.34'))
    expect(url.href).toBe('https://pictures.example/a.png?b=1')
  })

  it('PR20: the look-up of the connection itself checks again', async () => {
    const answers = [resolveTo('93.184.216.34'), resolveTo('127.0.0.1')]
    const rebinding: Resolve = (name) => (answers.shift() ?? resolveTo('127.0.0.1'))(name)
    await checkAddress('https://pictures.example/', rebinding)
    const error = await new Promise((done) =>
      guardedLookup(rebinding)('pictures.example', { all: true }, (e) => done(e)),
    )
    expect(error).toMatchObject({ kind: 'bad-request' })
  })

  it('PR20: the look-up hands on what it checked, in both forms that sockets ask for', async () => {
    const look = guardedLookup(resolveTo('93.184.216.34', '2606:4700:4700::1111'))
    const all = await new Promise((done) => look('a.example', { all: true }, (_, list) => done(list)))
    const one = await new Promise((done) => look('a.example', {}, (_, address, family) => done([address, family])))
    expect(all).toEqual([
      { address: '93.184.216.34', family: 4 },
      { address: '2606:4700:4700::1111', family: 6 },
    ])
    expect(one).toEqual(['93.184.216.34', 4])
  })
})
