import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fastify, type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { cutSlowClients } from './slow-clients.ts'

const large = Buffer.alloc(64 * 1024 * 1024, 'x')
let app: FastifyInstance
beforeEach(async () => {
  app = fastify()
  cutSlowClients(app, { bodyMs: 300, pauseMs: 300, readMs: 300 })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  app.post('/small', async () => 'done')
  app.post('/upload', { config: { limit: 'upload' } }, async () => 'done')
  app.post('/wait', async () => {
    await pause(900)
    return 'done'
  })
  app.get('/large', async () => large)
  await app.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(() => app.close())

async function open(): Promise<Socket> {
  const { port } = app.server.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

const post = (path: string, length: number) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`

async function hear(socket: Socket): Promise<string> {
  let heard = ''
  socket.setEncoding('latin1').on('data', (part: string) => (heard += part))
  await once(socket, 'close')
  return heard
}

it('LI20: cuts off who sends a body byte by byte', async () => {
  const socket = await open()
  socket.write(post('/small', 1000))
  const drip = setInterval(() => socket.write('x'), 50)
  expect(await hear(socket)).toBe('')
  clearInterval(drip)
})

it('LI20: cuts off who pauses within an upload, not who is slow', async () => {
  const slow = await open()
  slow.write(post('/upload', 10))
  for (let part = 0; part < 10; part++) {
    await pause(100)
    slow.write('x')
  }
  const [answer] = await once(slow, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 200/)
  slow.destroy()

  const gone = await open()
  gone.write(`${post('/upload', 10)}xxx`)
  expect(await hear(gone)).toBe('')
})

it('LI20: waits for an answer that takes longer', async () => {
  const socket = await open()
  socket.write(`${post('/wait', 1)}x`)
  const [answer] = await once(socket, 'data')
  expect(String(answer)).toMatch(/^HTTP\/1.1 200/)
  socket.destroy()
})

it('LI20: cuts off who does not take their answer', async () => {
  const socket = await open()
  socket.pause()
  socket.write('GET /large HTTP/1.1\r\nHost: x\r\n\r\n')
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    )
  expect(await connections()).toBe(1)
  await expect.poll(connections).toBe(0)
  socket.destroy()
})
