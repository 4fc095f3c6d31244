import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, StartError } from '#base/errors.ts'

interface Holder {
  readonly pid: number
  /** Start time of the process in the kernel's ticks, or null where it cannot be known: tells a reused pid from the holder. */
  readonly started: string | null
  readonly token: string
}

/** Start time of a process (field 22 of /proc/<pid>/stat, see proc(5)), or null on systems without /proc. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) return true
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: somebody else's process, but one that lives.
    if (codeOf(error) === 'ESRCH') return false
  }
  return holder.started === null || startTime(holder.pid) === holder.started
}

function readHolder(path: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null
    const started = 'started' in value && typeof value.started === 'string' ? value.started : null
    const token = 'token' in value && typeof value.token === 'string' ? value.token : ''
    return { pid: value.pid, started, token }
  } catch {
    return null
  }
}

/** Moves a dead holder's lock away. False when somebody else took it over in between: theirs is then put back. */
function removeStale(path: string, stale: Holder | null): boolean {
  const aside = `${path}.${randomUUID()}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return true
    throw error
  }
  const ours = readHolder(aside)?.token === stale?.token
  if (!ours) linkSync(aside, path)
  rmSync(aside)
  return ours
}

/**
 * Takes the data folder for this process. PGlite takes no lock of its own, and two processes on one folder lose what both were
 * told was saved. A dead process's lock is taken over.
 * @returns a function that gives the folder free
 * @throws StartError when a living process has it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'easel.lock')
  const mine: Holder = { pid: process.pid, started: startTime(process.pid), token: randomUUID() }
  for (let attempt = 0; attempt < 5; attempt++) {
    // Written aside and linked into place, so that nobody ever reads a half-written lock.
    const draft = `${path}.${mine.token}`
    writeFileSync(draft, JSON.stringify(mine), { mode: 0o600 })
    try {
      linkSync(draft, path)
      return () => {
        if (readHolder(path)?.token === mine.token) rmSync(path, { force: true })
      }
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    } finally {
      rmSync(draft, { force: true })
    }
    const holder = readHolder(path)
    if (holder !== null && isAlive(holder)) {
      throw new StartError(
        `The data folder ${folder} is in use by another Easel (process ${holder.pid}). Stop that one first, or set EASEL_DATA to another folder.`,
      )
    }
    removeStale(path, holder)
  }
  throw new StartError(`The data folder ${folder} is being taken by another Easel at this moment. Try again.`)
}
