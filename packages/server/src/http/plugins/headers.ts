import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'

/**
 * What a page of ours may load: its own files, and pictures it made itself. Nothing inline, so that injected markup stays dead.
 * @param pictures another origin that pictures come from, or null
 */
const pagePolicy = (pictures: string | null) =>
  [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    `img-src 'self' data: blob:${pictures === null ? '' : ` ${pictures}`}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

/** User files are shown, never run, whatever they hold. */
export const filePolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

/** The reference page brings one script of its own, which is let in by its digest, and makes its styles as it runs. */
export function referencePolicy(html: string): string {
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text = '']) => text)
  const digests = scripts.map((text) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  return [
    "default-src 'self'",
    `script-src 'self'${digests.join('')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

const yearSeconds = 365 * 24 * 60 * 60
/** What no page of ours asks a browser for. */
const unused = ['camera', 'display-capture', 'geolocation', 'microphone', 'midi', 'payment', 'serial', 'usb']

interface Origins {
  /** The origin that people use, or null. */
  readonly publicUrl: string | null
  /** That of a CDN, or null. */
  readonly cdnUrl: string | null
}

export function securityHeaders({ publicUrl, cdnUrl }: Origins): Readonly<Record<string, string>> {
  // Without TLS browsers ignore it; on a server that has it only now and then it would lock people out.
  const https = publicUrl?.startsWith('https:') ?? false
  return {
    'content-security-policy': pagePolicy(cdnUrl),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': unused.map((feature) => `${feature}=()`).join(', '),
    ...(https ? { 'strict-transport-security': `max-age=${yearSeconds}` } : {}),
  }
}

export function setSecurityHeaders(app: FastifyInstance, headers: Readonly<Record<string, string>>): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers)
  })
}
