import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { codeOf, StartError } from '#base/errors.ts'
import type { Config } from '#config/config.ts'

type Where = Pick<Config, 'host' | 'port' | 'extraPorts'>

const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host)

function explain(error: unknown, port: number): StartError {
  if (codeOf(error) === 'EADDRINUSE') {
    return new StartError(
      `Port ${port} is in use by another program. Stop it, or set EASEL_PORT (or EASEL_EXTRA_PORTS) to another one.`,
    )
  }
  if (codeOf(error) === 'EACCES')
    return new StartError(`This user may not use port ${port}. Set EASEL_PORT to one above 1023.`)
  return new StartError(`Easel cannot listen on port ${port}.`, { cause: error })
}

/** Opens one more port that is answered by the same app. */
async function openExtra(app: FastifyInstance, host: string, port: number): Promise<void> {
  const server = createServer((request, response) => app.server.emit('request', request, response))
  server.requestTimeout = app.server.requestTimeout
  server.on('clientError', (error, socket) => app.server.emit('clientError', error, socket))
  app.addHook('preClose', async () => {
    server.close()
    server.closeIdleConnections()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explain(error, port)))
    server.listen(port, host, resolve)
  })
}

/**
 * Listens on the main port and on the extra ones, which old clients have built in.
 * @returns the main address, e.g. `http://127.0.0.1:8080`
 * @throws StartError when a port cannot be had
 */
export async function listenEverywhere(app: FastifyInstance, { host, port, extraPorts }: Where): Promise<string> {
  // Hooks can only be added before the app is started.
  for (const extra of extraPorts) await openExtra(app, host, extra)
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw explain(error, port)
  }
  return `http://${bracketed(host)}:${(app.server.address() as AddressInfo).port}` // oxlint-disable-line typescript/consistent-type-assertions -- a TCP server that listens has such an address
}
