import type { FastifyInstance } from 'fastify'

export async function registerHistory(_app: FastifyInstance, _ports: object): Promise<void> {}
