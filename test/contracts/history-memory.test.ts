import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { randomFillSync } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { environmentFor, startEasel } from '../../packages/server/src/bin/testing.ts'
import { newId } from '../../packages/server/src/base/ids.ts'
import { historySecond } from '../../packages/server/src/library/history-id.ts'
import { storageKey } from '../../packages/server/src/library/image-record.ts'
import { encodePng } from '../../packages/server/src/providers/spec/png-codec.ts'
import { eventually } from './history-client.ts'
import { keep } from './library.ts'

const pictures = 5000
/** Rows in one statement. */
const atOnce = 250
const megabyte = 1024 * 1024
const root = join(import.meta.dirname, '../..')

let folder: string
let server: ChildProcess
let baseUrl: string
let bytes: Uint8Array

/** One picture by the library's own code, and its row and its file many times over: 5,000 fsyncs are another test's business. */
async function fill(): Promise<void> {
  const easel = await startEasel({ dataFolder: folder })
  const { ownerId, database } = easel
  const createdAt = new Date(Date.now() - 86_400_000).toISOString()
  const first = await keep(easel, bytes, { createdAt, prompt: 'picture 0' })
  const source = join(folder, 'files', storageKey(ownerId, createdAt, first.filename))
  const row = await database.db.selectFrom('images').selectAll().where('id', '=', first.id).executeTakeFirstOrThrow()
  for (let made = 1; made < pictures; made += atOnce) {
    const rows = Array.from({ length: Math.min(atOnce, pictures - made) }, (_, i) => {
      const time = new Date(Date.parse(createdAt) - (made + i) * 1000)
      const filename = `${newId()}.png`
      return {
        ...row,
        id: newId(),
        filename,
        storage_key: storageKey(ownerId, time.toISOString(), filename),
        prompt: `picture ${made + i}`,
        parameters: JSON.stringify(row.parameters),
        history_second: historySecond(time),
        created_at: time.toISOString(),
      }
    })
    await database.db.insertInto('images').values(rows).execute()
    for (const { storage_key: key } of rows) {
      const target = join(folder, 'files', key)
      await mkdir(dirname(target), { recursive: true })
      await link(source, target)
    }
  }
  await database.db.updateTable('images').set({ derived_at: new Date() }).execute()
  await easel.stop({ graceMs: 1000 })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'easel-long-history-'))
  // Noise does not compress: about 100 KB.
  bytes = encodePng(randomFillSync(new Uint8Array(160 * 160 * 4)), 160, 160)
  await fill()
  const script = join(root, 'packages/server/src/bin/serve.ts')
  const env = { PATH: process.env.PATH ?? '', ...(await environmentFor(folder)) }
  server = spawn(process.execPath, [script], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => void server.kill('SIGKILL'))
  if (server.stdout === null) throw new Error('no output')
  for await (const line of createInterface({ input: server.stdout })) {
    const ready = /^Easel is ready: (\S+)$/.exec(line)
    if (ready?.[1] === undefined) continue
    baseUrl = ready[1]
    break
  }
  server.stdout.resume()
})

afterAll(async () => {
  if (server.exitCode === null) {
    const ended = once(server, 'exit')
    server.kill('SIGTERM')
    await ended
  }
  await rm(folder, { recursive: true, force: true })
})

/** Bytes of memory that the server holds. */
async function memory(): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(server.pid)])
  return Number(stdout.trim()) * 1024
}

async function open(path: string): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    get(new URL(path, baseUrl), { agent: false }, resolve).on('error', reject)
  })
}

/** Reads with a pause after each megabyte, and counts what is in the list. */
async function readSlowly(answer: IncomingMessage, eachMegabyte: () => Promise<void>) {
  const mark = Buffer.from('"timestamp":"')
  let counted = 0
  let total = 0
  let rest = Buffer.alloc(0)
  let next = megabyte
  const pieces: AsyncIterable<Buffer> = answer
  for await (const piece of pieces) {
    const text = Buffer.concat([rest, piece])
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) counted += 1
    rest = text.subarray(text.length - mark.length + 1)
    total += piece.length
    if (total < next) continue
    next += megabyte
    await eachMegabyte()
  }
  return { counted, total, end: rest.toString() }
}

it('HS11: 5,000 pictures are streamed to a slow reader in flat memory', async () => {
  // What the server needs once for anybody.
  await readSlowly(await open('/history/index?images=0'), async () => {})
  const before = await memory()
  const looks: number[] = []
  let read = 0
  const answer = await open('/history/index')
  const { counted, total, end } = await readSlowly(answer, async () => {
    await pause(2)
    if (read++ % 20 === 0) looks.push(await memory())
  })
  expect(counted).toBeGreaterThanOrEqual(pictures)
  expect(total).toBeGreaterThan(pictures * bytes.length * (4 / 3))
  expect(end.endsWith('}]')).toBe(true)
  // What a server that just started takes for its first work comes in the first quarter; from then on nothing grows.
  const quarter = Math.ceil(looks.length / 4)
  const [first, later] = [Math.max(...looks.slice(0, quarter)), Math.max(...looks.slice(quarter))]
  expect((later - first) / megabyte, 'growth after the first quarter').toBeLessThan(60)
  expect((first - before) / megabyte, 'growth in the first quarter').toBeLessThan(150)
})

it('HS11: readers that stop reading cost next to nothing, and let go of everything when they leave', async () => {
  const before = await memory()
  const files = await openFiles()
  const answers = await Promise.all(Array.from({ length: 10 }, () => open('/history/index')))
  for (const answer of answers) answer.pause()
  const list = await readSlowly(await open('/history/index?images=0'), async () => {})
  expect(list.counted).toBeGreaterThanOrEqual(pictures)
  expect(((await memory()) - before) / megabyte).toBeLessThan(100)
  for (const answer of answers) answer.destroy()
  await eventually(async () => ((await openFiles()) <= files ? true : null))
})

/** How many files and connections the server holds; 0 where the system does not tell. */
async function openFiles(): Promise<number> {
  return process.platform === 'linux' ? (await readdir(`/proc/${server.pid}/fd`)).length : 0
}
