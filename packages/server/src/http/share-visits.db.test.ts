// What visitors of links get, and what is counted. Every state of a link at every address: share-matrix.db.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { sql } from 'kysely'
import { Problem, routes, type ShareCreate } from '@easel/contract'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { probe } from '#media/probe.ts'
import { talkativePng } from '#media/testing.ts'
import { selectNamed } from '#sharing/find.ts'
import { WaitError } from '#sharing/limits.ts'
import { newShareName } from '#sharing/share-name.ts'
import { unpack } from '#transfer/zip/testing.ts'
import { openServer, type Answer, type TestServer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: TestServer
let owner: string
let now = Date.now()
const origin = 'https://easel.example'
const minuteMs = 60_000

beforeAll(async () => {
  server = await openServer({
    works: false,
    accounts: {},
    publicUrl: origin,
    clock: { now: () => now },
    trustedProxies: ['127.0.0.1'],
  })
})
afterAll(() => server.close())
beforeEach(async () => {
  now = Date.now()
  owner = await server.pipeline.addUser()
})

const links = () => server.sharing.links

async function share(wish: Partial<ShareCreate> = {}, image: Parameters<TestServer['addImage']>[0] = {}) {
  const { id: imageId } = await server.addImage({ of: owner, ...image })
  const made = await links().create(owner, { target: { kind: 'image', imageId }, ...wish })
  return { ...made, imageId, path: `/s/${made.name}` }
}

/** Somebody of whom the server knows nothing yet. */
const stranger = () => ({ 'user-agent': newId(), 'x-forwarded-for': anAddress() })
let addresses = 0
function anAddress(): string {
  addresses += 1
  return `203.0.${addresses >> 8}.${addresses & 255}`
}

const viewsOf = async (id: string) => (await links().get(owner, id)).views
const cookieOf = ({ headers }: Answer) => headers['set-cookie']?.map((one) => one.split(';')[0]).join('; ') ?? ''

describe('a visit', () => {
  it('SH12: is the opening of the page, everything on it and coming back within the hour', async () => {
    const { id, path, imageId } = await share()
    const headers = stranger()
    for (const more of ['', '/images', `/images/${imageId}/thumbnail`, `/images/${imageId}/file`, '/zip', '']) {
      expect((await server.ask({ path: path + more, headers })).status).toBe(200)
    }
    expect(await viewsOf(id)).toBe(1)
    await server.ask({ path: `${path}/images/${imageId}/view`, headers: { ...headers, 'user-agent': 'another' } })
    expect(await viewsOf(id)).toBe(2)
    await server.pipeline.db
      .updateTable('share_visits')
      .set({ until: sql<Date>`now() - interval '1 second'` })
      .where('share_id', '=', id)
      .execute()
    now += 61 * minuteMs
    await server.ask({ path, headers })
    expect(await viewsOf(id)).toBe(3)
  })

  it('SH12: is none: HEAD, a range that goes on, what a preview is made of, and who makes one', async () => {
    const { id, path, imageId } = await share()
    const headers = stranger()
    const file = `${path}/images/${imageId}/file`
    expect((await server.ask({ method: 'HEAD', path, headers })).status).toBe(200)
    expect((await server.ask({ path: file, headers: { ...headers, range: 'bytes=10-' } })).status).toBe(206)
    expect((await server.ask({ path: `${path}/card.jpg`, headers })).status).toBe(200)
    const url = encodeURIComponent(origin + path)
    expect((await server.ask({ path: `/oembed?url=${url}`, headers })).status).toBe(200)
    const slack = { ...headers, 'user-agent': 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)' }
    expect((await server.ask({ path, headers: slack })).text).toContain('og:image')
    expect(await viewsOf(id)).toBe(0)
    expect((await server.ask({ path: file, headers: { ...headers, range: 'bytes=0-9' } })).status).toBe(206)
    expect(await viewsOf(id)).toBe(1)
  })

  it('SH12: of a link that has a number of them: no more get in, however many come at once', async () => {
    const { id, path } = await share({ viewLimit: 3 })
    const visits = await Promise.all(Array.from({ length: 20 }, () => server.ask({ path, headers: stranger() })))
    expect(Map.groupBy(visits, ({ status }) => status).get(200)).toHaveLength(3)
    expect(Map.groupBy(visits, ({ status }) => status).get(410)).toHaveLength(17)
    expect(await links().get(owner, id)).toMatchObject({ views: 3, state: 'used-up' })
  })

  it('SH12: of such a link lasts an hour for who was let in, and neither a range nor another cookie lets in', async () => {
    const { id, path, imageId } = await share({ viewLimit: 1 })
    const file = `${path}/images/${imageId}/file`
    const first = await server.ask({ path, headers: stranger() })
    const cookie = cookieOf(first)
    expect(first.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^easel_visit=\\d+\\.[\\w-]{43}; Max-Age=3600; Path=${path}; HttpOnly; SameSite=Lax$`),
      ),
    ])
    for (const one of [path, file, `${path}/zip`]) {
      expect((await server.ask({ path: one, headers: { ...stranger(), cookie } })).status).toBe(200)
    }
    const other = await share({ viewLimit: 1 })
    const theirs = cookieOf(await server.ask({ path: other.path, headers: stranger() }))
    for (const headers of [{ range: 'bytes=1-' }, { cookie: theirs }, { cookie: `${cookie}x` }, {}]) {
      const answer = await server.ask({ path: file, headers: { ...stranger(), ...headers } })
      expect(answer.status, JSON.stringify(headers)).toBe(410)
    }
    expect(await viewsOf(id)).toBe(1)
    now += 61 * minuteMs
    expect((await server.ask({ path: file, headers: { ...stranger(), cookie } })).status).toBe(410)
  })

  it('SH12: of such a link is not used up by who makes a preview, and is told them by nothing', async () => {
    const { id, path } = await share({ viewLimit: 1, title: 'Hidden words' })
    const headers = { ...stranger(), 'user-agent': 'Twitterbot/1.0' }
    const page = await server.ask({ path, headers })
    expect([page.status, page.text.includes('Hidden words')]).toEqual([401, false])
    expect((await server.ask({ path: `${path}/card.jpg`, headers })).status).toBe(401)
    expect(await viewsOf(id)).toBe(0)
  })
})

describe('a password', () => {
  const password = 'a fox in the snow'
  const send = (path: string, body: unknown, headers: Record<string, string> = stranger()) =>
    server.ask({ method: 'POST', path, body, headers })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  it('SH11: is sent by the page’s form, without a script, and opens this link alone', async () => {
    const { path, imageId } = await share({ password, title: 'Hidden words' })
    const other = await share({ password })
    const asked = await server.ask({ path, headers: stranger() })
    expect([asked.status, asked.text.includes('<form'), asked.text.includes('Hidden words')]).toEqual([
      401,
      true,
      false,
    ])
    const wrong = await send(path, 'password=a+wolf', { ...stranger(), ...form })
    expect([wrong.status, wrong.headers['set-cookie'], wrong.text.includes('role="alert"')]).toEqual([
      401,
      undefined,
      true,
    ])
    const right = await send(path, 'password=a+fox+in+the+snow', { ...stranger(), ...form })
    expect([right.status, right.headers.location]).toEqual([303, path])
    expect(right.headers['set-cookie']).toEqual([
      expect.stringMatching(new RegExp(`^easel_link=[\\w.-]+; Max-Age=43200; Path=${path}; HttpOnly; SameSite=Lax$`)),
    ])
    const headers = { ...stranger(), cookie: cookieOf(right) }
    expect((await server.ask({ path, headers })).text).toContain('Hidden words')
    expect((await server.ask({ path: `${path}/images/${imageId}/file`, headers })).status).toBe(200)
    expect((await server.ask({ path: other.path, headers })).status).toBe(401)
    now += 12 * 60 * minuteMs + 1000
    expect((await server.ask({ path, headers })).status).toBe(401)
  })

  it('SH11: CVE-2026-25118 CVE-2026-27611: opens nothing in an address, and every address asks for it', async () => {
    const { path, name, imageId } = await share({ password })
    const picture = `${path}/images/${imageId}`
    const all = [path, `${path}/images`, `${picture}/thumbnail`, `${picture}/view`, `${picture}/file`, `${path}/zip`]
    for (const one of [...all, `${path}/card.jpg`, `/images/${name}`]) {
      const answer = await server.ask({ path: `${one}?password=${encodeURIComponent(password)}`, headers: stranger() })
      expect([one, answer.status]).toEqual([one, 401])
    }
  })

  it('SH11: behind a proxy with TLS the cookie is for TLS alone, and ends with the link', async () => {
    const { path } = await share({ password, expiresAt: new Date(now + 10 * minuteMs).toISOString() })
    const { headers, status } = await send(path, { password }, { ...stranger(), 'x-forwarded-proto': 'https' })
    expect([status, headers['set-cookie']]).toEqual([
      204,
      [expect.stringMatching(/; Max-Age=(?:599|600); .*; HttpOnly; Secure; SameSite=Lax$/)],
    ])
  })

  it('SH5: that is changed or taken away asks those again who gave the old one; nobody is told it', async () => {
    const { id, path } = await share({ password })
    const headers = { ...stranger(), cookie: cookieOf(await send(path, { password })) }
    expect((await server.ask({ path, headers })).status).toBe(200)
    await links().update(owner, id, { password })
    expect((await server.ask({ path, headers })).status).toBe(401)
    await links().update(owner, id, { password: null })
    expect((await server.ask({ path, headers: stranger() })).status).toBe(200)
    await links().update(owner, id, { password: 'another fox' })
    expect((await server.ask({ path, headers })).status).toBe(401)
    const { password: hash } = await server.pipeline.db
      .selectFrom('shares')
      .select('password')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(JSON.stringify(await links().get(owner, id))).not.toContain('argon2')
    expect(server.pipeline.lines.join('\n')).not.toContain(password)
  })

  it('SH11: can be guessed ten times by one address, then the right one is refused there too', async () => {
    const { path } = await share({ password })
    const headers = stranger()
    const tries = await Promise.all(
      Array.from({ length: 14 }, (_, n) => send(path, { password: `wrong ${n}` }, headers)),
    )
    expect(tries.filter(({ status }) => status === 401)).toHaveLength(10)
    const right = await send(path, { password }, headers)
    expect([right.status, Number(right.headers['retry-after']) > 800]).toEqual([429, true])
    const page = await send(path, 'password=x', { ...headers, ...form })
    expect([page.status, page.text.includes('Too many')]).toEqual([429, true])
    expect((await send(path, { password })).status).toBe(204)
  })

  it('SH11: can be guessed a hundred times by all together', async () => {
    const { path } = await share({ password })
    for (let n = 0; n < 10; n++) {
      const some = await Promise.all(Array.from({ length: 10 }, () => send(path, { password: 'wrong' })))
      expect(new Set(some.map(({ status }) => status))).toEqual(new Set([401]))
    }
    expect((await send(path, { password })).status).toBe(429)
  })

  it.each([
    ['no password', {}, 400, ['body.password']],
    ['no text', { password: 7 }, 400, ['body.password']],
    ['a long one', { password: 'x'.repeat(201) }, 400, ['body.password']],
    ['NUL', { password: 'a\u0000' }, 400, ['body.password']],
    ['far too much', { password: 'x'.repeat(9000) }, 413, undefined],
  ])('refuses %s', async (_, body, status, fields) => {
    const answer = await send((await share({ password })).path, body)
    const problem = Problem.parse(answer.json())
    expect([answer.status, problem.fields?.map(({ field }) => field)]).toEqual([status, fields])
  })

  it('is taken where none is asked', async () => {
    const answer = await send((await share()).path, { password })
    expect([answer.status, answer.headers['set-cookie']]).toEqual([204, undefined])
  })
})

describe('guessing', () => {
  /** On connections that are used again. */
  async function head(path: string, headers: Record<string, string>): Promise<number> {
    return (await fetch(server.baseUrl + path, { method: 'HEAD', headers })).status
  }

  it('SH13: 10,000 names find nothing, and are refused after the first hundred, also what is there', async () => {
    const { path, name: there } = await share()
    const opened = await share()
    const headers = stranger()
    expect(await head(opened.path, headers)).toBe(200)
    expect((await server.ask({ path: opened.path, headers })).status).toBe(200)
    // Beneath HTTP, which would take most of the time.
    const visitor = { address: headers['x-forwarded-for'], agent: '', passes: [], counts: 'visit' } as const
    const guess = async (n: number) => {
      const name = n === 5000 ? there : n % 2 === 0 ? newShareName('fox') : `sdxl_${newId()}.png`
      const want = n % 4 < 2 ? 'page' : 'named'
      const entry = server.sharing.visits.enter({ name, want }, visitor)
      return await entry.then(
        ({ state }) => state,
        (error: unknown) => error instanceof WaitError && 'refused',
      )
    }
    const found: (string | false)[] = []
    for (let n = 0; n < 10_000; n += 100) {
      found.push(...(await Promise.all(Array.from({ length: 100 }, (_, m) => guess(n + m)))))
    }
    expect(found.filter((state) => state === 'absent')).toHaveLength(100)
    expect(found.filter((state) => state === 'refused')).toHaveLength(9900)
    const refused = await server.ask({ path, headers })
    expect([refused.status, refused.text.includes('<title>')]).toEqual([429, true])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(await head(`/images/${newId()}.png`, headers)).toBe(429)
    expect((await server.ask({ path: opened.path, headers })).status).toBe(200)
    expect((await server.ask({ path, headers: stranger() })).status).toBe(200)
  })

  it('SH13: one name that leads nowhere, however often, is one', async () => {
    const headers = stranger()
    const path = `/images/${newId()}.png`
    for (let n = 0; n < 120; n++) expect(await head(path, headers)).toBe(404)
  })

  it('SH13: costs a look into an index', async () => {
    const { db } = server.pipeline
    await sql`
      insert into shares (id, user_id, kind, name, download, prompt, listed)
      select gen_random_uuid(), ${owner}::uuid, 'image', 'made-' || n, true, false, false from generate_series(1, 20000) as n`.execute(
      db,
    )
    await sql`analyze shares`.execute(db)
    const { sql: text, parameters } = selectNamed(db, newShareName(undefined)).compile()
    const { rows } = await sql<Record<'QUERY PLAN', string>>`explain ${sql.raw(
      text.replaceAll(/\$\d+/g, (place) => `'${String(parameters[Number(place.slice(1)) - 1])}'`),
    )}`.execute(db)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('Index Scan using shares_name_key on shares')
    expect(plan).not.toMatch(/Seq Scan on (?:shares|share_images|album_images)/)
  })
})

describe('what takes long', () => {
  it('SH23: variants and archives are made so and so often for one address; what is made already is for everybody', async () => {
    const size = { width: 1500, height: 900 }
    const { path, imageId } = await share({}, { file: await talkativePng('a fox', size), ...size })
    const headers = stranger()
    const view = (width: number) => server.ask({ path: `${path}/images/${imageId}/view?width=${width}`, headers })
    expect((await view(640)).status).toBe(200)
    const address = headers['x-forwarded-for']
    const { variants, archives } = server.sharing.limits
    for (let n = 0; n < 1000; n++) await variants.take(address)
    expect((await view(640)).status).toBe(200)
    const refused = await view(320)
    expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true])
    expect(refused.headers['cache-control']).toBe('no-store')
    for (let n = 0; n < 30; n++) await archives.take(address)
    expect((await server.ask({ path: `${path}/zip`, headers })).status).toBe(429)
    expect((await server.ask({ path: `${path}/zip`, headers: stranger() })).status).toBe(200)
  })

  it('LI7: so are links', async () => {
    const few = await openServer({ works: false, rates: { signIn: 9, generate: 9, upload: 9, share: 0.02 } })
    const { id } = await few.addImage()
    const body = { target: { kind: 'image', imageId: id } }
    const make = () => few.ask({ method: 'POST', path: '/api/shares', body })
    expect([(await make()).status, (await make()).status, (await make()).status]).toEqual([201, 201, 429])
    await few.close()
  })

  it('forgets who has been here when the hour is over', async () => {
    const { path, id } = await share()
    const rows = () =>
      server.pipeline.db.selectFrom('share_visits').select('visitor').where('share_id', '=', id).execute()
    await server.ask({ path, headers: stranger() })
    await server.sharing.visits.prune()
    expect(await rows()).toHaveLength(1)
    now += 61 * minuteMs
    await server.sharing.visits.prune()
    expect(await rows()).toEqual([])
  })
})

describe('what is sent', () => {
  it('SH20: is the same for who has it, answers ranges, and is kept by caches until the link ends at most', async () => {
    const { path, imageId, id } = await share({ expiresAt: new Date(now + 100_000).toISOString() })
    const headers = stranger()
    const file = `${path}/images/${imageId}/file`
    for (const one of [path, `${path}/images`, file, `${path}/images/${imageId}/thumbnail`, `${path}/card.jpg`]) {
      const first = await server.ask({ path: one, headers })
      expect([first.status, first.headers['cache-control']]).toEqual([200, 'public, max-age=100'])
      const again = await server.ask({
        path: one,
        headers: { ...headers, 'if-none-match': present(first.headers.etag, 'ETag') },
      })
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', first.headers.etag])
    }
    const whole = await server.ask({ path: file, headers })
    const part = await server.ask({ path: file, headers: { ...headers, range: 'bytes=5-9' } })
    expect([part.status, part.body.equals(whole.body.subarray(5, 10))]).toEqual([206, true])
    expect(whole.headers['cross-origin-resource-policy']).toBe('cross-origin')
    await links().revoke(owner, id)
    expect((await server.ask({ path: file, headers })).status).toBe(404)
  })

  it('SH14: without the prompt is called by the link’s title and a number', async () => {
    const { path, imageId } = await share({ title: 'Füchse / 🦊' }, { filename: 'secret.png', title: 'Secret' })
    const { headers } = await server.ask({ path: `${path}/images/${imageId}/file`, headers: stranger() })
    expect(headers['content-disposition']).toContain(encodeURIComponent('Füchse 🦊 1.png'))
  })

  it('SH15: where originals may not be saved, nothing wider or higher than 1,280 pixels leaves', async () => {
    for (const size of [
      { width: 2000, height: 700 },
      { width: 700, height: 2000 },
    ]) {
      const file = await talkativePng('a fox', size)
      const { path, imageId } = await share({ download: false }, { file, ...size })
      const view = `${path}/images/${imageId}/view`
      for (const one of [view, ...[320, 1280, 1920, 2560].map((width) => `${view}?width=${width}`)]) {
        const { body, status } = await server.ask({ path: one, headers: stranger() })
        const made = probe(body)
        expect([status, Math.max(made.width, made.height) <= 1280], one).toEqual([200, true])
      }
      expect((await server.ask({ path: `${path}/zip`, headers: stranger() })).status).toBe(403)
    }
  })

  it('SH23: is as wide as asked, never enlarged, in what the client takes, and made once', async () => {
    const size = { width: 1500, height: 900 }
    const { path, imageId } = await share({}, { file: await talkativePng('a fox', size), ...size })
    const view = (width: number, accept: string) =>
      server.ask({ path: `${path}/images/${imageId}/view?width=${width}`, headers: { ...stranger(), accept } })
    const kinds = [
      ['image/avif,image/webp,*/*', 'image/avif'],
      ['image/avif;q=0, image/webp', 'image/webp'],
      ['*/*', 'image/jpeg'],
    ] as const
    for (const [accept, type] of kinds) {
      const answer = await view(640, accept)
      expect([answer.headers['content-type'], answer.headers.vary]).toEqual([type, 'Accept'])
      expect(probe(answer.body)).toMatchObject({ width: 640, height: 384 })
    }
    expect(probe((await view(2560, '*/*')).body)).toMatchObject(size)
    const folder = `derived/${imageId.slice(-2)}/${imageId}`
    const keys: string[] = []
    for await (const { key } of server.process.storage.list(folder)) keys.push(key)
    expect(keys).toEqual(
      ['avif-640-1.avif', 'jpeg-2560-1.jpg', 'jpeg-640-1.jpg', 'webp-640-1.webp'].map((name) => `${folder}/${name}`),
    )
    const wrong = await server.ask({ path: `${path}/images/${imageId}/view?width=641`, headers: stranger() })
    expect([wrong.status, wrong.json()]).toMatchObject([400, { fields: [{ field: 'query.width' }] }])
  })

  it('SH2: is what an album holds at the moment, and a selection as it was chosen', async () => {
    const pictures = [await server.addImage({ of: owner }), await server.addImage({ of: owner })]
    const [one, other] = pictures.map(({ id }) => id)
    const { albums } = server.collections
    const album = await albums.create(owner, { name: 'Foxes' })
    await albums.add(owner, album.id, [present(one, 'one')])
    const imageIds = [present(other, 'other'), present(one, 'one')]
    const selection = await links().create(owner, { target: { kind: 'images', imageIds } })
    const shown = await links().create(owner, { target: { kind: 'album', albumId: album.id } })
    const idsOf = async (name: string, query = '') => {
      const answer = await server.ask({ path: `/s/${name}/images${query}`, headers: stranger() })
      const { data } = routes.visitShare.response.parse(answer.json())
      return { ids: data.images.map(({ id }) => id), count: data.count, next: data.nextCursor }
    }
    expect(await idsOf(shown.name)).toEqual({ ids: [one], count: 1, next: null })
    await albums.add(owner, album.id, imageIds)
    expect(await idsOf(shown.name)).toEqual({ ids: [one, other], count: 2, next: null })
    const first = await idsOf(selection.name, '?limit=1')
    expect(first).toEqual({ ids: [other], count: 2, next: expect.any(String) })
    expect(await idsOf(selection.name, `?limit=1&cursor=${first.next}`)).toEqual({ ids: [one], count: 2, next: null })
    const { body } = await server.ask({ path: `/s/${selection.name}/zip`, headers: stranger() })
    expect((await unpack(body)).map(({ entry }) => entry.fileName)).toEqual(['picture 1.png', 'picture 2.png'])
    await server.process.images.remove(owner, present(other, 'other'))
    expect(await idsOf(shown.name)).toEqual({ ids: [one], count: 1, next: null })
    await albums.remove(owner, album.id)
    expect((await server.ask({ path: `/s/${shown.name}`, headers: stranger() })).status).toBe(404)
    expect(await links().get(owner, shown.id)).toMatchObject({ albumId: null, coverId: null, images: 0, state: 'open' })
  })
})

describe('what programs show of a link', () => {
  const size = { width: 1500, height: 900 }

  it('SH21 SH22: a card with its true size, and no listing unless its owner wants it', async () => {
    const { path, id } = await share({ title: 'Foxes' }, { file: await talkativePng('a fox', size), ...size })
    const page = await server.ask({ path, headers: stranger() })
    const meta = (name: string) => new RegExp(`"${name}" content="([^"]*)"`).exec(page.text)?.[1]
    expect([meta('og:image'), meta('og:image:width'), meta('og:image:height'), meta('robots')]).toEqual([
      `${origin}${path}/card.jpg`,
      '1200',
      '720',
      'noindex',
    ])
    const card = await server.ask({ path: `${path}/card.jpg`, headers: stranger() })
    expect([card.headers['content-type'], probe(card.body)]).toMatchObject(['image/jpeg', { width: 1200, height: 720 }])
    await links().update(owner, id, { listed: true })
    const listed = await server.ask({ path, headers: stranger() })
    expect([listed.headers['x-robots-tag'], listed.text.includes('noindex')]).toEqual([undefined, false])
  })

  it('SH22: oEmbed, a photo of one picture and a link to many, as small as asked', async () => {
    const { path, imageId } = await share({ title: 'Foxes' }, { file: await talkativePng('a fox', size), ...size })
    const ask = async (url: string, more = '') =>
      await server.ask({ path: `/oembed?url=${encodeURIComponent(url)}${more}`, headers: stranger() })
    const photo = { version: '1.0', type: 'photo', title: 'Foxes', provider_name: 'Easel', cache_age: 300 }
    const view = `${origin}${path}/images/${imageId}/view?width=`
    expect((await ask(origin + path)).json()).toMatchObject({ ...photo, url: `${view}1280`, width: 1280, height: 768 })
    expect((await ask(origin + path, '&maxwidth=1000')).json()).toMatchObject({ url: `${view}960`, width: 960 })
    expect((await ask(origin + path, '&maxheight=200')).json()).toMatchObject({ url: `${view}320`, height: 192 })
    const small = (await ask(origin + path, '&maxwidth=100')).json()
    expect(small).toMatchObject({ type: 'link' })
    expect(small).not.toHaveProperty('thumbnail_url')
    for (const url of [`${origin}/s/nothing-here`, `https://elsewhere.example${path}`, `${origin}/api/images`, 'x']) {
      expect((await ask(url)).status, url).toBe(404)
    }
    expect((await ask(origin + path, '&format=xml')).status).toBe(406)
    expect((await ask(origin + path, '&maxwidth=0')).json()).toMatchObject({ fields: [{ field: 'query.maxwidth' }] })
  })
})

describe('other websites', () => {
  it('may lead to a link and show its pictures, and nothing else', async () => {
    const local = await openServer({ works: false })
    const { id, filename } = await local.addImage()
    await local.sharing.unlisted.create(local.pipeline.userId, id, filename)
    const link = await local.sharing.links.create(local.pipeline.userId, { target: { kind: 'image', imageId: id } })
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
    const status = async (path: string, method = 'GET') => (await local.ask({ path, method, headers })).status
    expect(await status(`/s/${link.name}`)).toBe(200)
    expect(await status(`/s/${link.name}/images/${id}/thumbnail`)).toBe(200)
    expect(await status(`/images/${filename}`)).toBe(200)
    expect(await status(`/s/${link.name}`, 'POST')).toBe(403)
    expect(await status(`/api/images/${id}/file`)).toBe(403)
    expect(await status(`/history/index`)).toBe(403)
    expect(await status('/sdapi/v1/options')).toBe(403)
    const foreign = { ...headers, origin: 'https://evil.example' }
    expect((await local.ask({ path: `/images/${filename}`, headers: foreign })).status).toBe(403)
    await local.close()
  })
})
