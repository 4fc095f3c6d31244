import { readdirSync, readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { setPriority } from 'node:os'

/** From 0, what every thread begins with, to 19: a tenth of the share of one with 0 where both want all of it. */
const nice = 10
const threads = '/proc/self/task'
/** What libuv calls the threads of its pool. Those of libvips are begun by them and are as nice as they are. */
const poolThread = 'libuv-worker'

/**
 * Lets the threads that decode pictures and write files give way to the one that answers and to the database's: with two processors and many
 * pictures under way, those two wait a third less. On Linux alone; elsewhere a process has one priority.
 */
export async function letPoolGiveWay(): Promise<void> {
  if (process.platform !== 'linux') return
  // The pool is there once something has been done in it.
  await stat(threads)
  for (const id of readdirSync(threads)) {
    const name = readFileSync(`${threads}/${id}/comm`, 'utf8').trim()
    if (name === poolThread) setPriority(Number(id), nice)
  }
}
