// Who a request comes from, as far as that can be known. Rules in docs/spec/limits.md (LI1 …).
import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

/** IPv4 addresses as such, also where a socket that takes both kinds writes them as IPv6; null for what is no address. */
function parse(text: string | undefined): ipaddr.IPv4 | ipaddr.IPv6 | null {
  // A socket whose other end has gone has no address any more.
  if (text === undefined) return null
  // Some proxies add the port.
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+)$/.exec(text) ?? []
  const address = (bracketed ?? plain ?? text).replace(/%.*$/, '')
  // Spellings such as 0x7f.1 are somebody's attempt to be taken for somebody else.
  const sound = ipaddr.IPv6.isValid(address) || ipaddr.IPv4.isValidFourPartDecimal(address)
  return sound ? ipaddr.process(address) : null
}

/** Which addresses are proxies of ours: only what they say of the client is believed. */
export function trustProxies(networks: readonly string[]): false | ((address: string) => boolean) {
  if (networks.length === 0) return false
  const ranges = networks.map((network) => {
    const address = ipaddr.process(network.split('/')[0] ?? '')
    const bits = network.split('/')[1]
    return { address, bits: bits === undefined ? null : Number(bits) }
  })
  return (text) => {
    const client = parse(text)
    if (client === null) return false
    return ranges.some(({ address, bits }) => {
      if (client instanceof ipaddr.IPv4)
        return address instanceof ipaddr.IPv4 && client.match([address, Math.min(bits ?? 32, 32)])
      return address instanceof ipaddr.IPv6 && client.match([address, bits ?? 128])
    })
  }
}

/** The client's address; that of the proxy where it says nothing sensible. */
export function clientAddress(request: FastifyRequest): string {
  const address = parse(request.ip) ?? parse(request.socket.remoteAddress)
  return address?.toString() ?? ''
}

/**
 * Addresses that one person surely has at hand count as one: whoever has one IPv6 address has the 2⁶⁴ beside it as well.
 * @param address what {@link clientAddress} gave
 */
export function addressGroup(address: string): string {
  const parsed = parse(address)
  if (!(parsed instanceof ipaddr.IPv6)) return address
  const network = parsed.toByteArray().slice(0, 8)
  return `${ipaddr.fromByteArray([...network, 0, 0, 0, 0, 0, 0, 0, 0]).toString()}/64`
}
