// Serves the page of an old client from an address of its own, as its makers would have.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'

export type Contract = 'a' | 'b' | 'c' | 'd'

export interface ServedClient {
  /** Its page, told where the server is. */
  addressFor(server: string): string
  close(): Promise<void>
}

/** Under a name that the server under test has not, so that the two are strangers to a browser. */
export async function serveClient(contract: Contract): Promise<ServedClient> {
  const page = await readFile(join(import.meta.dirname, contract, 'index.html'))
  const server = createServer((request, response) => {
    const found = request.url?.startsWith('/?') === true
    response.writeHead(found ? 200 : 204, { 'content-type': 'text/html; charset=utf-8' })
    response.end(found ? page : undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The client has no port')
  return {
    addressFor: (of) => `http://localhost:${address.port}/?server=${encodeURIComponent(of)}`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
