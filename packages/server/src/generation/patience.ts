import { setTimeout as wait } from 'node:timers/promises'
import { StorageError } from '#storage/spec/storage.ts'

/** Two minutes in all: a store that is started again is back by then. */
const waitsMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 30_000, 30_000]

/**
 * Does again what a store that is out of reach has kept from being done: what an engine has made was paid for, and cannot be asked for twice.
 * @param work is told whether it has been tried before @param signal when it is aborted, nobody waits any more
 * @throws what `work` throws, in the end
 */
export async function patiently<T>(work: (again: boolean) => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const [tries, waitMs] of waitsMs.entries()) {
    try {
      return await work(tries > 0)
    } catch (error) {
      if (!(error instanceof StorageError) || error.fault !== 'unreachable' || signal.aborted) throw error
      await wait(waitMs, undefined, { signal }).catch(() => {
        // Told by the signal, at the next try.
      })
    }
  }
  return await work(true)
}
