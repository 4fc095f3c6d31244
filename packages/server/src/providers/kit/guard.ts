// Where a request may go. Two classes of trust: the connection's own origin, which its owner chose, and everything else,
// which somebody else named (a result's URL, a redirect) and which must be a public address.
import { lookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { ProviderError } from '../spec/provider-error.ts'

export interface Address {
  readonly address: string
  readonly family: number
}

/** Every address of a host name; rejects with a DNS error code when there is none. */
export type Resolve = (hostname: string) => Promise<readonly Address[]>

export const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true })

/**
 * Whether an IP address is an ordinary public one. An IPv4 address inside an IPv6 one (`::ffff:…`) counts as what it is;
 * everything that tunnels or translates (6to4, Teredo, NAT64) is refused whole, because it can end at a private address.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false
  const ip = ipaddr.process(address)
  // ipaddr.js counts `::127.0.0.1` and unassigned space as unicast; all public IPv6 is inside 2000::/3 (RFC 4291).
  return ip.range() === 'unicast' && (ip.kind() === 'ipv4' || ip.match(publicIpv6))
}

const publicIpv6 = ipaddr.parseCIDR('2000::/3')

/**
 * The URL, when it may be asked for as far as its words tell: http or https, no user name or password, and no literal
 * address that is not public. The names are judged by {@link guardedLookup} when the connection is made.
 * @throws ProviderError with kind `bad-request`
 */
export function checkUrl(url: string, base?: string): URL {
  const parsed = parseHttpUrl(url, base)
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refused(parsed.hostname)
  return parsed
}

/**
 * The URL, when it is http or https without credentials.
 * @throws ProviderError with kind `bad-request`
 */
export function parseHttpUrl(url: string, base?: string): URL {
  const parsed = URL.parse(url, base)
  if (!parsed) throw new ProviderError('bad-request', 'This is not a complete web address')
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new ProviderError('bad-request', `Only http and https addresses can be used, not ${parsed.protocol}`)
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new ProviderError('bad-request', 'A web address with a user name or password in it cannot be used')
  }
  return parsed
}

/**
 * {@link checkUrl}, and every address that DNS gives for its name is public too.
 * @throws ProviderError with kind `bad-request`, or `unavailable` when the name has no address
 */
export async function checkAddress(url: string, resolve: Resolve = systemResolve): Promise<URL> {
  const parsed = checkUrl(url)
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) === 0) await publicAddresses(host, resolve)
  return parsed
}

async function publicAddresses(hostname: string, resolve: Resolve): Promise<readonly Address[]> {
  const addresses = await resolve(hostname).catch((cause: unknown) => {
    throw new ProviderError('unavailable', `The name ${hostname} cannot be found`, { advice: 'safe-to-resend', cause })
  })
  // One private answer among public ones is enough: the connection might take that one.
  if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address))) throw refused(hostname)
  return addresses
}

/**
 * A `lookup` for sockets that hands on only checked addresses, so that the connection goes to what was checked whatever the
 * name means a moment later (DNS rebinding). It is not called for literal addresses: {@link checkUrl} judges those.
 */
export function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    publicAddresses(hostname, resolve).then(
      (addresses) => answer(addresses, options.all === true, callback),
      (error: Error) => callback(error, '', 0),
    )
  }
}

/** The same without the check, for tests that resolve names of their own. */
export function plainLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => answer(addresses, options.all === true, callback),
      (error: Error) => callback(error, '', 0),
    )
  }
}

function answer(addresses: readonly Address[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  const [first] = addresses
  if (all) callback(null, [...addresses])
  else if (first) callback(null, first.address, first.family)
  else callback(new ProviderError('unavailable', 'The name has no address', { advice: 'safe-to-resend' }), '', 0)
}

function refused(host: string): ProviderError {
  return new ProviderError('bad-request', `The address ${host} is not on the public internet and is not fetched`)
}
