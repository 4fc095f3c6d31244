import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { StartError } from '#base/errors.ts'
import { lockFolder } from './folder-lock.ts'

let folder: string
const children: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-lock-'))
})
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
  rmSync(folder, { recursive: true, force: true })
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

/** A process that tries to take the folder at a moment in milliseconds. @returns it, and what it said */
async function holder(startAt = 0): Promise<{ child: ChildProcess; said: string }> {
  const program = join(import.meta.dirname, 'crash-lock.ts')
  const child = spawn(process.execPath, [program, folder, String(startAt)], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [said] = await once(child.stdout, 'data')
  return { child, said: String(said).trim() }
}

function lockFile(): string {
  return join(folder, 'easel.lock')
}

it('refuses a folder that another process has, naming it, and takes it when that one has ended', async () => {
  const { child, said } = await holder()
  expect(said).toBe('taken')
  expect(() => lockFolder(folder)).toThrow(StartError)
  expect(() => lockFolder(folder)).toThrow(folder)
  expect(() => lockFolder(folder)).toThrow(String(child.pid))
  await kill(child)
  lockFolder(folder)()
  expect(readdirSync(folder)).toEqual([])
})

it('is refused from another process too', async () => {
  const release = lockFolder(folder)
  expect((await holder()).said).toContain(folder)
  release()
  expect((await holder()).said).toBe('taken')
})

it('refuses a second taking in the same process', () => {
  const release = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(StartError)
  release()
  lockFolder(folder)()
})

it('takes over from a process whose pid belongs to another one now, and even to this one', async () => {
  const { child } = await holder()
  const lock: unknown = JSON.parse(readFileSync(lockFile(), 'utf8'))
  await kill(child)
  const { child: other } = await holder()
  await kill(other)
  for (const pid of [process.pid, process.ppid, 1]) {
    writeFileSync(lockFile(), JSON.stringify({ ...Object(lock), pid, token: `of ${pid}` }))
    lockFolder(folder)()
    expect(readdirSync(folder)).toEqual([])
  }
})

it.each(['', '{"pid":', 'null', '{"pid":"1"}'])('takes over a lock that a power cut left as %j', (text) => {
  writeFileSync(lockFile(), text)
  lockFolder(folder)()
  expect(readdirSync(folder)).toEqual([])
})

it('gives free only its own lock', () => {
  const release = lockFolder(folder)
  writeFileSync(lockFile(), JSON.stringify({ pid: 1, started: null, token: 'theirs' }))
  release()
  expect(readFileSync(lockFile(), 'utf8')).toContain('theirs')
})

it('takes over although another process died while it was taking over', async () => {
  const dead = { pid: 4_194_305, started: 'never', token: 'first' }
  writeFileSync(lockFile(), JSON.stringify(dead))
  writeFileSync(`${lockFile()}.first`, JSON.stringify({ ...dead, token: 'second' }))
  lockFolder(folder)()
  expect(readdirSync(folder)).toEqual([])
})

it('lets exactly one of several processes take over from a dead one', { timeout: 60_000 }, async () => {
  for (let round = 0; round < 3; round++) {
    const { child } = await holder()
    await kill(child)
    const startAt = Date.now() + 1_500
    const racers = await Promise.all(Array.from({ length: 6 }, () => holder(startAt)))
    const taken = racers.filter(({ said }) => said === 'taken')
    expect(taken.length, racers.map(({ said }) => said).join('\n')).toBe(1)
    for (const racer of racers) await kill(racer.child)
  }
})

it('is readable by its owner alone', () => {
  const release = lockFolder(folder)
  expect(statSync(lockFile()).mode & 0o777).toBe(0o600)
  release()
})
