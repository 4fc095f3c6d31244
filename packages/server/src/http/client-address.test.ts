import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { addressGroup, clientAddress, trustProxies } from './client-address.ts'

/** What the address is taken for when a connection from `from` says this. */
async function addressOf(proxies: readonly string[], from: string, headers: Record<string, string>): Promise<string> {
  const app = fastify({ trustProxy: trustProxies(proxies) })
  app.get('/', async (request) => clientAddress(request))
  const { body } = await app.inject({ url: '/', remoteAddress: from, headers })
  await app.close()
  return body
}

describe('the address of a client', () => {
  it('is none when the client has gone before it is asked for', async () => {
    const told = Promise.withResolvers<string>()
    const app = fastify()
    app.get('/', async (request) => {
      request.raw.socket.destroy()
      told.resolve(clientAddress(request))
    })
    const address = await app.listen({ port: 0, host: '127.0.0.1' })
    await expect(fetch(address)).rejects.toThrow()
    expect(await told.promise).toBe('')
    await app.close()
  })

  const claims = [
    'x-forwarded-for',
    'forwarded',
    'x-real-ip',
    'cf-connecting-ip',
    'true-client-ip',
    'x-client-ip',
    'x-cluster-client-ip',
    'x-forwarded',
    'forwarded-for',
    'fastly-client-ip',
    'x-easel-address',
  ]
  it.each(claims)('LI1: %s changes nothing', async (name) => {
    const headers = { [name]: name === 'forwarded' ? 'for=9.9.9.9' : '9.9.9.9' }
    expect(await addressOf([], '203.0.113.7', headers)).toBe('203.0.113.7')
    // A proxy is believed, and who only says to be one is not.
    expect(await addressOf(['10.0.0.0/8'], '203.0.113.7', headers)).toBe('203.0.113.7')
    const believed = name === 'x-forwarded-for' ? '9.9.9.9' : '10.0.0.1'
    expect(await addressOf(['10.0.0.0/8'], '10.0.0.1', headers)).toBe(believed)
  })

  it.each([
    ['9.9.9.9, 203.0.113.7', '203.0.113.7'],
    ['9.9.9.9, 203.0.113.7, 10.2.3.4', '203.0.113.7'],
    ['9.9.9.9,   203.0.113.7  ,10.2.3.4', '203.0.113.7'],
    ['10.9.9.9', '10.9.9.9'],
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8::7]:51234', '2001:db8::7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['9.9.9.9, ::ffff:10.0.0.9', '9.9.9.9'],
    ['nonsense', '10.0.0.1'],
    ['0x7f.1', '10.0.0.1'],
    ['2130706433', '10.0.0.1'],
    ['0177.0.0.1', '10.0.0.1'],
    ['', '10.0.0.1'],
    ["' or 1=1 --", '10.0.0.1'],
    ['9.9.9.9, nonsense', '10.0.0.1'],
  ])('LI1: a proxy that says %j', async (forwarded, expected) => {
    expect(await addressOf(['10.0.0.0/8'], '10.0.0.1', { 'x-forwarded-for': forwarded })).toBe(expected)
  })

  it('LI1: only what a trusted hop says counts', async () => {
    const headers = { 'x-forwarded-for': '127.0.0.1, 198.51.100.1' }
    expect(await addressOf(['10.0.0.1'], '10.0.0.1', headers)).toBe('198.51.100.1')
    expect(await addressOf(['10.0.0.1'], '10.0.0.2', headers)).toBe('10.0.0.2')
    expect(await addressOf(['::ffff:10.0.0.1'], '10.0.0.1', headers)).toBe('198.51.100.1')
    expect(await addressOf(['10.0.0.1'], '::ffff:10.0.0.1', headers)).toBe('198.51.100.1')
    expect(await addressOf(['fd00::/8'], 'fd12::1', headers)).toBe('198.51.100.1')
    expect(await addressOf(['0.0.0.0/0'], '10.0.0.2', { 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1')
  })
})

describe('who counts together', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::', '2001:db8:1:3::/64'],
    ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
    ['::1', '::/64'],
    ['', ''],
  ])('LI2: %s is of %s', (address, group) => {
    expect(addressGroup(address)).toBe(group)
  })

  it('LI2: an IPv4 address is the same however it is written', async () => {
    for (const from of ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107']) {
      expect(await addressOf([], from, {})).toBe('203.0.113.7')
    }
  })
})
