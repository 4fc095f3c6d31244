import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startPostgres } from './postgres-server.ts'

describe('the PostgreSQL of the tests', () => {
  it('listens on a port of its own until it is stopped', async () => {
    const server = await startPostgres()
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    await once(socket, 'connect')
    socket.destroy()
    await server.stop()
    const refused = connect(Number(port), hostname)
    const [error] = await once(refused, 'error')
    expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  })
})
