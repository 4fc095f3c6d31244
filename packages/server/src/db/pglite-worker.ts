// The thread that PGlite works in, so that neither its statements nor the disk keep an answer waiting.
import { parentPort, workerData } from 'node:worker_threads'
import { DefectError, messageOf, present } from '#base/errors.ts'
import type { FromWorker, ToWorker } from './pglite-messages.ts'
import { openDurable, wireOf } from './pglite-wire.ts'

const port = present(parentPort, 'the port of the thread')

function say(message: FromWorker): void {
  // Handed over instead of copied.
  const moved = message.kind === 'answer' && message.answer !== null ? [message.answer.buffer] : []
  port.postMessage(message, moved)
}

const dataDir: unknown = workerData
if (typeof dataDir !== 'string') throw new DefectError('The thread was told no folder')

try {
  const wire = wireOf(await openDurable(dataDir))
  port.on('message', (message: ToWorker) => {
    const done = message === 'close' ? wire.close().then(() => null) : wire.exchange(message)
    done.then(
      (answer) => say({ kind: 'answer', answer }),
      (error: unknown) => say({ kind: 'error', message: messageOf(error) }),
    )
  })
  say({ kind: 'answer', answer: null })
} catch (error) {
  say({ kind: 'error', message: messageOf(error) })
}
