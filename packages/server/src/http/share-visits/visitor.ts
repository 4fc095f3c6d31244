// Who visits a link, and what an answer to them carries.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ImageRow } from '#library/image-record.ts'
import type { Pass, PassKind } from '#sharing/passes.ts'
import type { ShareRow } from '#sharing/share-record.ts'
import type { Visitor, Visits } from '#sharing/visits.ts'
import { addressGroup, clientAddress } from '../client-address.ts'
import { isFresh } from '../send-blob.ts'

export interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

const cookieNames: Readonly<Record<PassKind, string>> = { password: 'easel_link', visit: 'easel_visit' }
const ours = new Set(Object.values(cookieNames))
/** Programs that make previews and lists, by the names that they give themselves. */
const previewers =
  /(?<!cu)bot\b|crawl|spider|facebookexternalhit|facebookcatalog|whatsapp|skypeuripreview|embedly|mastodon|pleroma|misskey|vkshare|preview/i
const agentLength = 300

function passesIn(cookie: string): readonly string[] {
  return cookie.split(';').flatMap((part) => {
    const [name = '', value = ''] = part.trim().split('=', 2)
    return ours.has(name) ? [value] : []
  })
}

function countsAs({ method, headers }: FastifyRequest): Visitor['counts'] {
  if (method === 'HEAD') return 'head'
  if (previewers.test(headers['user-agent'] ?? '')) return 'preview'
  // A range that begins with the first byte begins something, and of several the whole is sent.
  return /^bytes=0*[1-9]\d*-\d*$/.test(headers.range?.trim() ?? '') ? 'going-on' : 'visit'
}

export function visitorOf(request: FastifyRequest): Visitor {
  const { cookie = '', 'user-agent': agent = '' } = request.headers
  return {
    address: addressGroup(clientAddress(request)),
    agent: agent.slice(0, agentLength),
    passes: passesIn(cookie),
    counts: countsAs(request),
  }
}

/** @param path the link's own: the cookie goes nowhere else */
export function givePass({ request, reply }: Exchange, pass: Pass | null, path: string): void {
  if (pass === null) return
  // On a plain-http installation a browser would not keep it.
  const secure = request.protocol === 'https' ? '; Secure' : ''
  const cookie = `${cookieNames[pass.kind]}=${pass.value}`
  reply.header('set-cookie', `${cookie}; Max-Age=${pass.seconds}; Path=${path}; HttpOnly${secure}; SameSite=Lax`)
}

/** Headers of everything that an open link sends. @returns what `Cache-Control` is to say */
export function openHeaders(reply: FastifyReply, visits: Visits, share: ShareRow): string {
  if (share.listed) reply.removeHeader('x-robots-tag')
  const seconds = visits.freshSeconds(share)
  const caching = seconds === null ? 'private, no-store' : `public, max-age=${seconds}`
  reply.header('cache-control', caching)
  // A page and what is saved are asked for each time, so that visits are counted.
  reply.server.handOff.keep({ request: reply.request, reply }, 0)
  return caching
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 32)

/** Names a form of a picture without telling the checksum of its file, by which others could recognize it. */
export const tagOf = ({ id, sha256 }: ImageRow, form: string): string => digestOf(JSON.stringify([id, sha256, form]))

/** @returns whether the client has this text already; it has been answered then */
export function hasText({ request, reply }: Exchange, text: string): boolean {
  const etag = `"${digestOf(text)}"`
  reply.header('etag', etag)
  return isFresh(request, etag)
}
