// A mail server on a port of its own, which keeps what it is sent.
import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'
import { DefectError } from '#base/errors.ts'

export interface TestMailServer {
  readonly url: string
  /** As they were sent, with long lines put together again. */
  readonly mails: readonly string[]
  stop(): Promise<void>
}

export async function startMailServer(): Promise<TestMailServer> {
  const mails: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
      stream.on('end', () => {
        // Quoted-printable, as far as a link is concerned.
        mails.push(text.replaceAll('=\r\n', '').replaceAll('=3D', '='))
        done()
      })
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new DefectError('The mail server has no port')
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
