// What each step between the engine's answer and the row costs by itself, in the order they happen.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPglite } from '../packages/server/src/db/pglite.ts'
import { checkComplete } from '../packages/server/src/media/complete.ts'
import { derive } from '../packages/server/src/media/derive.ts'
import { digest } from '../packages/server/src/media/digest.ts'
import { embedMetadata } from '../packages/server/src/media/embed.ts'
import { probe } from '../packages/server/src/media/probe.ts'
import { openDiskStorage } from '../packages/server/src/storage/disk/storage.ts'
import { decodeBase64Image } from '../packages/server/src/providers/kit/base64.ts'
import { detailedPicture, side } from './picture.ts'
import { report, spread } from './figures.ts'

const rounds = 60

async function measure(what: string, work: () => unknown): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    await work()
    times.push(performance.now() - from)
  }
  report(what, spread(times.slice(rounds / 6)))
}

export async function benchStages(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  const storage = await openDiskStorage(join(folder, 'files'))
  const database = await openPglite(join(folder, 'data'), process.env.EASEL_DATABASE_TEMPLATE ?? null)
  try {
    const picture = await detailedPicture()
    const answer = Buffer.from(JSON.stringify({ data: [{ b64_json: Buffer.from(picture).toString('base64') }] }))
    const base64 = Buffer.from(picture).toString('base64')
    await measure('answer to text and JSON', () => JSON.parse(answer.toString()))
    await measure('base64 to bytes', () => decodeBase64Image(base64, 'OpenAI'))
    await measure('look at the header', () => probe(picture))
    await measure('check that it is whole', () => checkComplete(picture))
    const story = { ai: true, composite: false, prompt: 'a picture', width: side, height: side, model: 'gpt-image-2' }
    await measure('write prompt and AI mark into it', () => embedMetadata(picture, story))
    await measure('SHA-256 and CRC-32', () => digest(picture))
    await measure('sidecar to the disk', () => storage.put('images/a.png.json', Buffer.alloc(1200)))
    await measure('picture to the disk', () => storage.put('images/a.png', picture))
    await database.boss.executeSql('create table note (text text)')
    await measure('commit of one row', () => database.boss.executeSql(`insert into note values ('x')`))
    await measure('thumbnail and thumbhash', () => derive(picture))
  } finally {
    await database.close()
    await rm(folder, { recursive: true, force: true })
  }
}
