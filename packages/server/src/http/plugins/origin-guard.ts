import type { FastifyInstance, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Whether a request comes from a page of this server, or from no page at all. A cookie counts only then: a browser sends it along
 * with whatever any website asks for.
 * @param publicUrl the origin that people use, or null: the Host header says it
 */
export function isOwnOrigin(request: FastifyRequest, publicUrl: string | null): boolean {
  const { origin, host } = request.headers
  if (origin !== undefined) {
    if (publicUrl !== null && origin === publicUrl) return true
    // A browser sets both headers itself; a page elsewhere can make them agree no more than it can change its own address.
    return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)
  }
  const site = request.headers['sec-fetch-site']
  return site === undefined || site === 'same-origin' || site === 'none' || safeNavigation(request)
}

/** A link from another website to a page or file of ours, followed by a person: it changes nothing, and would be sent the cookie anyway. */
function safeNavigation({ headers, method }: FastifyRequest): boolean {
  return safeMethods.has(method) && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document'
}

/** Accounts mode: a page of another website that sends a person's cookie along with something that changes state is refused. */
export function guardOrigins(app: FastifyInstance, { publicUrl }: { readonly publicUrl: string | null }): void {
  app.addHook('onRequest', async (request) => {
    if (safeMethods.has(request.method) || request.headers.cookie === undefined) return
    if (isOwnOrigin(request, publicUrl)) return
    throw new EaselError('foreign-origin', 'Another website may not act in your name on this server.')
  })
}
