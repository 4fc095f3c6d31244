// The thread that PGlite works in, so that neither its statements nor the disk keep an answer waiting.
import { parentPort, workerData } from 'node:worker_threads'
import { DefectError, present } from '#base/errors.ts'
import { createEngine, openDurable } from './pglite-engine.ts'
import { packError, type FromWorker, type ToWorker } from './pglite-messages.ts'

const port = present(parentPort, 'the port of the thread')
const say = (message: FromWorker): void => port.postMessage(message)

const dataDir: unknown = workerData
if (typeof dataDir !== 'string') throw new DefectError('The thread was told no folder')

try {
  const pglite = await openDurable(dataDir)
  const engine = createEngine(pglite, (channel, payload) => say({ kind: 'notification', channel, payload }))
  port.on('message', (message: ToWorker) => {
    const done = message === 'close' ? engine.close().then(() => null) : engine.send(message)
    done.then(
      (answer) => say({ kind: 'answer', answer }),
      (error: unknown) => say({ kind: 'error', error: packError(error) }),
    )
  })
  say({ kind: 'answer', answer: null })
} catch (error) {
  say({ kind: 'error', error: packError(error) })
}
