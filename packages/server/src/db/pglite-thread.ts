import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { DefectError } from '#base/errors.ts'
import type { FromWorker, ToWorker } from './pglite-messages.ts'
import type { Wire } from './pglite-wire.ts'

// Two threads with WebAssembly in them can wait for each other for ever when V8 frees compiled code that it has replaced: seen with Node.js
// 24.21.0, this thread in `WasmEngine::ReportLiveCodeForGC` and the database's in `NativeModule::FreeCode`. Such code is kept: some megabytes.
setFlagsFromString('--no-wasm-code-gc')

type Reply = Uint8Array<ArrayBuffer> | null

interface Waiting {
  readonly resolve: (answer: Reply) => void
  readonly reject: (error: unknown) => void
}

/** PGlite itself failed, which is no fault of what it was asked: that may be asked again. */
class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError'
}

/**
 * Opens the database of a folder in a thread of its own.
 * @throws when it cannot be opened
 */
export async function openInWorker(dataDir: string): Promise<Wire> {
  const worker = new Worker(new URL('pglite-worker.ts', import.meta.url), { workerData: dataDir })
  /** Answers come in the order of the requests. */
  const waiting: Waiting[] = []
  let ended: Error | null = null

  /** The thread alone keeps no process alive, but a question to it does. */
  function settle(act: (one: Waiting) => void): void {
    const one = waiting.shift()
    if (waiting.length === 0) worker.unref()
    if (one !== undefined) act(one)
  }

  function end(error: Error): void {
    ended ??= error
    for (const { reject } of waiting.splice(0)) reject(error)
  }

  function ask(message: ToWorker | null): Promise<Reply> {
    if (ended !== null) return Promise.reject(ended)
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject })
      worker.ref()
      // Handed over instead of copied.
      if (message !== null) worker.postMessage(message, message === 'close' ? [] : [message.buffer])
    })
  }

  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'error') settle(({ reject }) => reject(new EmbeddedDatabaseError(message.message)))
    else settle(({ resolve }) => resolve(message.answer))
  })
  worker.on('error', (error) => end(error instanceof Error ? error : new DefectError(String(error))))
  worker.on('exit', () => end(new DefectError('The database is closed')))

  try {
    await ask(null)
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return {
    async exchange(messages) {
      const answer = await ask(messages)
      if (answer === null) throw new DefectError('The database gave no answer')
      return answer
    },
    async close() {
      await ask('close')
      await worker.terminate()
    },
  }
}
