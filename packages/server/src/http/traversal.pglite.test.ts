// Every route that takes a name or an id, asked for what lies outside the caller's own folder, in every spelling.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageRow } from '#library/image-record.ts'
import { png } from '#library/testing.ts'
import { openPeople, type People } from './testing/people.ts'
import { fillEach, spellingsOf } from './testing/traversal.ts'

const atOnce = 8
let people: People
let mine: ImageRow
let theirs: ImageRow
let theirBytes: Buffer
const agent = new Agent({ keepAlive: true, maxSockets: atOnce })
beforeAll(async () => {
  people = await openPeople()
  mine = await people.server.addImage({ of: people.user.id })
  const file = png('nobody else’s')
  theirBytes = Buffer.from(file)
  theirs = await people.server.addImage({ of: people.other.id, file })
})
afterAll(async () => {
  agent.destroy()
  await people.close()
})

interface Heard {
  readonly status: number
  readonly body: Buffer
}

async function ask(method: string, path: string): Promise<Heard> {
  const { port } = new URL(people.server.baseUrl)
  const origin = `http://localhost:${port}`
  const headers = { ...people.user.headers, host: `localhost:${port}`, origin, 'content-type': 'application/json' }
  const sent = request({ agent, host: '127.0.0.1', port, method, path, headers })
  sent.end()
  const [response] = await once(sent, 'response')
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part)
  return { status: response.statusCode, body: Buffer.concat(parts) }
}

/** What must never be in an answer: bytes of somebody else's, and of the machine's. */
function leakOf({ body }: Heard): string | null {
  if (body.includes(theirBytes.subarray(0, 200))) return 'somebody else’s picture'
  if (body.includes(theirs.sha256)) return 'somebody else’s record'
  return body.includes('root:x:0:0') ? 'a file of the machine' : null
}

const rowsThatTakeNames = () =>
  people.server.app.accessTable.filter(({ method, url }) => /:[A-Za-z]|\*/.test(url) && method !== 'HEAD')

/** Whether something else than an id of ours is part of its address. */
const takesText = (url: string): boolean => !url.startsWith('/api/') || /:(?!id\b|\w+Id\b)\w+|\*/.test(url)

describe('the corpus', () => {
  it('has two hundred spellings and more, none twice, and the file it aims at is there', () => {
    const spellings = spellingsOf('etc/passwd')
    expect(spellings.length).toBeGreaterThan(400)
    expect(new Set(spellings).size).toBe(spellings.length)
    expect(readFileSync('/etc/passwd', 'utf8')).toContain('root:x:0:0')
  })
  it('reaches every route that takes a name', () => {
    const urls = rowsThatTakeNames().map(({ url }) => url)
    expect(urls).toEqual(
      expect.arrayContaining(['/api/images/:id/file', '/history/:id', '/uploads/generated/:userId/:filename']),
    )
  })
})

it('LI27: no spelling of a name leads out of one’s own folder, and none is a fault of ours', async () => {
  const { user, server } = people
  const sound = { userId: user.id, filename: mine.filename, id: mine.id }
  const spellings = [
    ...spellingsOf('etc/passwd'),
    ...spellingsOf(theirs.storage_key).filter((_, at) => at % 8 === 0),
    ...spellingsOf(`user-${people.other.id}/${theirs.filename}`).filter((_, at) => at % 8 === 0),
  ]
  // An id is read as one before anything is looked for, and what finds it is the same for every method: those that only change something
  // by an id get every fourth spelling, each route other ones.
  const questions = rowsThatTakeNames().flatMap(({ method, url }, row) => {
    const all = takesText(url) || method === 'GET' || method === 'DELETE'
    return spellings
      .filter((_, at) => all || at % 4 === row % 4)
      .flatMap((spelling) => fillEach(url, spelling, sound).map((path) => ({ method, path })))
  })
  const faults: string[] = []
  const line = questions.values()
  const lane = async (): Promise<void> => {
    for (const { method, path } of line) {
      const heard = await ask(method, path)
      const leak = leakOf(heard)
      if (heard.status >= 500 || leak !== null) faults.push(`${method} ${path}: ${heard.status} ${leak ?? ''}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))

  expect(questions.length).toBeGreaterThan(5000)
  expect(faults.slice(0, 20)).toEqual([])
  expect(server.pipeline.lines.filter((text) => text.includes('request failed'))).toEqual([])
  // Nobody's picture is gone, the caller's own neither.
  for (const row of [mine, theirs]) {
    expect(await server.process.images.row(row.user_id, row.id)).not.toBeNull()
    expect((await server.pipeline.files.stat(row.storage_key))?.size).toBe(row.bytes)
  }
}, 300_000)
