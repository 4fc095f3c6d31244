// As much of a WebSocket server (RFC 6455) as a fake engine needs.
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { present } from '#base/errors.ts'

export interface FakeSocket {
  send(data: string | Uint8Array): void
  /** Says goodbye in the way of the protocol. */
  close(): void
  /** Breaks the connection off. */
  drop(): void
}

const opcodes = { text: 1, bytes: 2, close: 8, ping: 9, pong: 10 } as const
// Section 1.3 of the RFC.
const handshakeSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/** Answers the handshake; `onText` gets every whole text message of the client. */
export function acceptSocket(request: IncomingMessage, stream: Duplex, onText: (text: string) => void): FakeSocket {
  const key = present(request.headers['sec-websocket-key'], 'Sec-WebSocket-Key')
  const accept = createHash('sha1')
    .update(key + handshakeSuffix)
    .digest('base64')
  const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade']
  stream.write([...head, `Sec-WebSocket-Accept: ${accept}`, '', ''].join('\r\n'))
  stream.on('error', () => undefined)
  let pending = Buffer.alloc(0)
  stream.on('data', (data: Buffer) => {
    pending = Buffer.concat([pending, data])
    for (let frame = readFrame(pending); frame; frame = readFrame(pending)) {
      pending = pending.subarray(frame.length)
      if (frame.opcode === opcodes.text) onText(frame.payload.toString('utf8'))
      if (frame.opcode === opcodes.ping) stream.write(encodeFrame(opcodes.pong, frame.payload))
      if (frame.opcode === opcodes.close) stream.end(encodeFrame(opcodes.close, frame.payload))
    }
  })
  return {
    send: (data) => {
      const opcode = typeof data === 'string' ? opcodes.text : opcodes.bytes
      if (stream.writable) stream.write(encodeFrame(opcode, Buffer.from(data)))
    },
    close: () => void stream.write(encodeFrame(opcodes.close, Buffer.from([0x03, 0xe8]))),
    drop: () => void stream.destroy(),
  }
}

/** Refuses the handshake as a proxy does that knows no WebSockets. */
export function refuseSocket(stream: Duplex, status: string, header = ''): void {
  stream.end(`HTTP/1.1 ${status}\r\n${header}Content-Length: 0\r\nConnection: close\r\n\r\n`)
}

/** Section 5.2: a server's frames are whole and not masked. */
function encodeFrame(opcode: number, payload: Buffer): Buffer {
  const first = Buffer.of(0x80 | opcode)
  if (payload.length < 126) return Buffer.concat([first, Buffer.of(payload.length), payload])
  const long = payload.length > 0xffff
  const length = Buffer.alloc(long ? 9 : 3)
  length[0] = long ? 127 : 126
  if (long) length.writeBigUInt64BE(BigInt(payload.length), 1)
  else length.writeUInt16BE(payload.length, 1)
  return Buffer.concat([first, length, payload])
}

/** The first frame, unmasked, with how many bytes it took; null while it is not whole. Clients send small ones in one piece. */
function readFrame(data: Buffer): { opcode: number; payload: Buffer; length: number } | null {
  if (data.length < 6) return null
  const short = data.readUInt8(1) & 0x7f
  const at = short === 126 ? 4 : 2
  if (data.length < at + 4) return null
  const size = short === 126 ? data.readUInt16BE(2) : short
  const length = at + 4 + size
  if (data.length < length) return null
  const mask = data.subarray(at, at + 4)
  const payload = Buffer.from(data.subarray(at + 4, length).map((byte, i) => byte ^ mask.readUInt8(i % 4)))
  return { opcode: data.readUInt8(0) & 0x0f, payload, length }
}
