// Which methods an address takes, for the answer to one that it does not.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Stands for addresses where there is nothing. */
    nothing?: true
  }
  interface FastifyInstance {
    methodsAt: (path: string) => readonly string[]
  }
}

/** What a route's pattern stands for. */
function expressionOf(pattern: string): RegExp {
  const parts = pattern.split(/(:[A-Za-z]+|\*)/).map((part) => {
    if (part === '*') return '.*'
    return part.startsWith(':') ? '[^/]+' : RegExp.escape(part)
  })
  return new RegExp(`^${parts.join('')}$`)
}

/** Remembers the routes that are registered after it. */
export function knowMethods(app: FastifyInstance): void {
  const known = new Map<string, { readonly expression: RegExp; readonly methods: Set<string> }>()
  app.addHook('onRoute', ({ url, method, config }) => {
    if (config?.nothing === true) return
    const entry = known.get(url) ?? { expression: expressionOf(url), methods: new Set() }
    known.set(url, entry)
    for (const one of [method].flat()) entry.methods.add(one)
  })
  app.decorate('methodsAt', (path) => {
    const fitting = [...known.values()].filter(({ expression }) => expression.test(path))
    return [...new Set(fitting.flatMap(({ methods }) => [...methods]))].toSorted()
  })
}

/** The error for a request that no route takes: its address is unknown, or takes other methods. */
export function noRoute(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): EaselError {
  const methods = app.methodsAt(request.url.split('?')[0] ?? '')
  if (methods.length === 0) return new EaselError('not-found', 'There is nothing at this address.')
  reply.header('allow', methods.join(', '))
  return new EaselError('method-not-allowed', `This address takes ${methods.join(', ')}.`)
}
