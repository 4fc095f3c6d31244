import type { FastifyInstance, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'

export interface LocalGuardOptions {
  /** Origins besides loopback ones whose pages may use this server, e.g. `https://studio.example`. */
  readonly allowedOrigins: ReadonlySet<string>
}

function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  )
}

function hostnameOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).hostname : null
}

function isLoopbackOrigin(origin: string): boolean {
  const hostname = hostnameOf(origin)
  return hostname !== null && /^https?:/.test(origin) && isLoopbackName(hostname)
}

const isShown = /^\/(?:s|images)\//

/** What links show is for everybody: a page of another website may lead there, and show it. */
const isOpenLink = ({ method, url }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') && isShown.test(url)

const foreign = () =>
  new EaselError(
    'foreign-origin',
    'Another website may not use this server. Its address can be added to EASEL_CORS_ORIGINS.',
  )

/**
 * In local mode there is no sign-in, so a page of some website must not be able to use a person's own server through their
 * browser: neither by a name that resolves to it (DNS rebinding: the Host header gives it away) nor by calling it across sites.
 */
export function guardLocal(app: FastifyInstance, { allowedOrigins }: LocalGuardOptions): void {
  app.addHook('onRequest', async (request) => {
    const host = request.headers.host
    const hostname = host === undefined ? null : hostnameOf(`http://${host}`)
    if (hostname === null || !isLoopbackName(hostname)) {
      throw new EaselError('foreign-origin', 'Use this server by localhost or 127.0.0.1: other names are not answered.')
    }
    if (request.method === 'OPTIONS') return
    const { origin } = request.headers
    if (origin !== undefined) {
      if (!isLoopbackOrigin(origin) && !allowedOrigins.has(origin)) throw foreign()
    } else if (request.headers['sec-fetch-site'] === 'cross-site' && !isOpenLink(request)) {
      throw foreign()
    }
  })
}
