import type { FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { Client } from '#auth/bridge.ts'
import { clientAddress } from './client-address.ts'
import { isOwnOrigin } from './plugins/origin-guard.ts'

/** The origin that whoever asks knows this server by. @param publicUrl the one that people use, or null: the request says it */
export function originOf(request: FastifyRequest, publicUrl: string | null): string {
  const origin = publicUrl ?? `${request.protocol}://${request.host}`
  if (!URL.canParse(origin)) throw new EaselError('bad-request', 'The Host header is not valid.')
  return new URL(origin).origin
}

/** What accounts are told of whoever asks. @param publicUrl as {@link originOf} has it */
export function clientOf(request: FastifyRequest, publicUrl: string | null): Client {
  const { cookie, authorization, 'user-agent': userAgent } = request.headers
  return {
    address: clientAddress(request),
    origin: originOf(request, publicUrl),
    userAgent: userAgent ?? null,
    cookie: cookie !== undefined && isOwnOrigin(request, publicUrl) ? cookie : null,
    bearer: /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1]?.trim() ?? null,
  }
}

const forwarding = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
] as const
const loopback = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$/

/**
 * Whether a request comes straight from a program on this machine that used a name of this machine: neither through a proxy, which
 * would make everybody look near, nor from a page of a website whose name was made to lead here.
 */
export function isNear(request: FastifyRequest): boolean {
  const address = request.socket.remoteAddress ?? ''
  if (!loopback.test(address) || forwarding.some((name) => request.headers[name] !== undefined)) return false
  const url = URL.parse(`http://${request.host}`)
  const name = url?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  return name === 'localhost' || loopback.test(name)
}
