// A zip of 20,000 pictures, 20 GB, from a server of its own: how much memory that takes, and who reads it.
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, open, rm, type FileHandle } from 'node:fs/promises'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import { routes } from '@easel/contract'
import { expect, it } from 'vitest'
import { newId } from '../../packages/server/src/base/ids.ts'
import { startEasel as assembleEasel } from '../../packages/server/src/bin/testing.ts'
import { startEasel } from './easel-process.ts'

const run = promisify(execFile)
const missing = [
  ...(process.platform === 'linux' ? [] : ['/proc']),
  ...(['unzip', 'python3'] as const).filter((name) => spawnSync(name, ['--help']).error !== undefined),
]

const pictures = 20_000
const size = 1024 * 1024
const zeros = Buffer.alloc(size)
const megabyte = 1024 ** 2

/** A library of pictures that are holes, which take no room on the disk. */
async function fillLibrary(dataFolder: string): Promise<void> {
  const easel = await assembleEasel({ dataFolder })
  const { ownerId, database } = easel
  const sha256 = createHash('sha256').update(zeros).digest('hex')
  const made = Date.now()
  for (let from = 0; from < pictures; from += 500) {
    const rows = Array.from({ length: 500 }, (_, index) => {
      const number = from + index
      const filename = `${number}.png`
      return {
        id: newId(),
        user_id: ownerId,
        generation_id: null,
        generation_index: null,
        filename,
        storage_key: `images/user-${ownerId}/2026/11/${filename}`,
        source: 'import' as const,
        mime_type: 'image/png',
        bytes: size,
        width: 512,
        height: 512,
        sha256,
        crc32: crc32(zeros),
        thumbhash: 'AAAA',
        derived_at: new Date(),
        damage: null,
        prompt: `a fox in the snow, picture ${number % 5000}`,
        revised_prompt: null,
        negative_prompt: null,
        description: null,
        model: 'one',
        provider: 'paint',
        seed: number,
        parent_id: null,
        history_second: '20261121000000',
        history_number: number,
        created_at: new Date(made - number * 1000),
        deleted_at: null,
      }
    })
    await database.db.insertInto('images').values(rows).execute()
    for (const { storage_key: key } of rows) {
      const path = join(dataFolder, 'files', key)
      if (from === 0) await mkdir(dirname(path), { recursive: true })
      const handle = await open(path, 'w')
      await handle.truncate(size)
      await handle.close()
    }
  }
  await easel.stop({ keepFolder: true })
}

const fetched = (address: string, range?: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(address, { headers: range === undefined ? {} : { range } }, resolve).on('error', reject)
  })

const residentOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024

/** Writes a download into a file, what is zero as a hole. @returns bytes, and the server's memory in them and behind the first gigabyte */
async function keep(answer: IncomingMessage, file: FileHandle, pid: number) {
  let at = 0
  let early = 0
  let late = 0
  let sampled = 0
  for await (const chunk of answer) {
    const bytes = Buffer.from(chunk)
    if (!bytes.equals(zeros.subarray(0, bytes.length))) await file.write(bytes, 0, bytes.length, at)
    at += bytes.length
    if (at - sampled < 20 * megabyte) continue
    sampled = at
    if (at < 1024 * megabyte) early = Math.max(early, residentOf(pid))
    else late = Math.max(late, residentOf(pid))
  }
  await file.truncate(at)
  return { bytes: at, early, late }
}

it(
  'TR1, TR60, TR61: streams 20,000 pictures in the same memory, and unzip and Python read them',
  { timeout: 3_600_000 },
  async (context) => {
    if (missing.length > 0) return context.skip(`not there: ${missing.join(', ')}`)
    const data = await mkdtemp(join(tmpdir(), 'easel-large-'))
    await fillLibrary(data)
    const easel = await startEasel({ data })
    const since = (from: number) => `${((performance.now() - from) / 1000).toFixed(1)} s`

    const planned = performance.now()
    const answer = await fetch(`${easel.address}/api/images/download`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ selection: { search: {} }, records: true }),
    })
    const { data: download } = routes.downloadImages.response.parse(await answer.json())
    expect(download.pictures).toBe(pictures)
    const planning = since(planned)

    const path = join(data, 'download.zip')
    const file = await open(path, 'w')
    const streamed = performance.now()
    const { bytes, early, late } = await keep(await fetched(easel.address + download.url), file, easel.pid)
    await file.close()
    const streaming = since(streamed)
    expect(bytes).toBe(download.size)

    const resumed = performance.now()
    const part = await fetched(
      easel.address + download.url,
      `bytes=${bytes - 100 * megabyte}-${bytes - 90 * megabyte - 1}`,
    )
    let length = 0
    for await (const chunk of part) length += Buffer.from(chunk).length
    expect([part.statusCode, length]).toEqual([206, 10 * megabyte])
    console.log(
      `${pictures} pictures, ${(bytes / 1e9).toFixed(2)} GB: planned in ${planning}, sent in ${streaming}, ` +
        `10 MB from near its end in ${since(resumed)}; memory ${Math.round(early / megabyte)} MB in the first GB, ` +
        `${Math.round(late / megabyte)} MB at most later`,
    )
    expect(late - early).toBeLessThan(50 * megabyte)
    expect(easel.faults()).toEqual([])
    await easel.stop()

    const script =
      'import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); i=z.infolist(); print(len(i), sum(e.file_size for e in i if e.filename.endswith("png")), z.testzip())'
    const read = await run('python3', ['-c', script, path])
    expect(read.stdout.trim()).toBe(`${2 * pictures} ${pictures * size} None`)
    const unzipped = await run('unzip', ['-tqq', path], { maxBuffer: 10 * megabyte })
    expect(unzipped.stdout.trim()).toBe('')
    await rm(data, { recursive: true, force: true })
  },
)
