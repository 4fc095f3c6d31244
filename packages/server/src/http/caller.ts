import type { FastifyRequest } from 'fastify'

/** Who a request acts as. In local mode it is always the owner; accounts will look at cookies and keys here. */
export interface Caller {
  readonly userId: string
}

export type Identify = (request: FastifyRequest) => Promise<Caller>
