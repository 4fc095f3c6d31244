import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, StartError } from '#base/errors.ts'

interface Holder {
  readonly pid: number
  /** When the process started, or null where it cannot be known: tells a reused pid from the holder. */
  readonly started: string | null
  readonly token: string
}

/** Larger than any pid of any system. */
const noProcess = 0x7fff_ffff

/** The locks of this very process: another one before it may have had the same pid, as the first of a container always has. */
const held = new Set<string>()

/** Which start of the computer, and when since then (field 22 of /proc/<pid>/stat, see proc(5)); null on systems without /proc. */
function startTime(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? null : `${boot} ${ticks}`
  } catch {
    return null
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.pid === process.pid) return held.has(holder.token)
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: somebody else's process, but one that lives.
    if (codeOf(error) === 'ESRCH') return false
  }
  return holder.started === null || startTime(holder.pid) === holder.started
}

/** Who has the lock; null when nobody has. A file that says nothing, as a power cut can leave it, has a holder that is dead. */
function readHolder(path: string): Holder | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'pid' in value && typeof value.pid === 'number') {
      const started = 'started' in value && typeof value.started === 'string' ? value.started : null
      const token = 'token' in value && typeof value.token === 'string' ? value.token : ''
      return { pid: value.pid, started, token }
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return { pid: noProcess, started: null, token: '' }
}

/** Puts `holder` into `path` unless somebody is there. Written aside and linked, so that nobody reads a half-written lock. */
function place(path: string, holder: Holder): boolean {
  const draft = `${path}.${randomUUID()}.draft`
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 })
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Takes `path` for `mine`. A dead holder is removed first, by one process at a time: whoever holds the lock on this dead holder,
 * which is taken in the same way. Nobody can remove a lock that a living process has put there in between.
 * @returns the living process that has it, or null when it is ours
 */
function take(path: string, mine: Holder): Holder | null {
  while (!place(path, mine)) {
    const holder = readHolder(path)
    if (holder === null) continue
    if (isAlive(holder)) return holder
    const guard = `${path}.${holder.token}`
    const rival = take(guard, mine)
    if (rival !== null) return rival
    if (readHolder(path)?.token === holder.token) rmSync(path)
    rmSync(guard)
  }
  return null
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
  held.add(mine.token)
  const rival = take(path, mine)
  if (rival !== null) {
    held.delete(mine.token)
    throw new StartError(
      `The data folder ${folder} is in use by another Easel (process ${rival.pid}). Stop that one first, or set EASEL_DATA to another folder.`,
    )
  }
  return () => {
    if (readHolder(path)?.token === mine.token) rmSync(path, { force: true })
    held.delete(mine.token)
  }
}
