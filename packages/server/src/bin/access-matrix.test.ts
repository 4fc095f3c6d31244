// Every route times everybody who may come: what each gets, and that nothing of anybody else's is in it.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '#base/ids.ts'
import { present } from '#base/errors.ts'
import type { AccessRow } from '#http/plugins/access.ts'
import { keepImage } from '#library/keep.ts'
import { png, recordOf } from '#library/testing.ts'
import { openLog } from '#base/log.ts'
import { startEasel, type TestEasel } from './testing.ts'
import { accessRows, answeredBelow, type Row, type Things } from './testing/access-rows.ts'
import { invitePeople, known, unknown, type Known, type People, type Who } from './testing/people.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const secret = 'only-the-owner-knows-this-fox'
const everybody: readonly Who[] = [...unknown, ...(Object.keys(known) as Known[])] // oxlint-disable-line typescript/consistent-type-assertions -- the keys of the record are these

let easel: TestEasel
let people: People
let things: Things

beforeAll(async () => {
  easel = await startEasel({
    environment: {
      EASEL_AUTH: 'accounts',
      EASEL_SIGNUP: 'open',
      EASEL_GUESTS: 'on',
      EASEL_BREACHED_PASSWORDS: 'off',
      EASEL_RATE_SIGN_IN: '100000',
      EASEL_RATE_GENERATE: '100000',
      EASEL_RATE_UPLOAD: '100000',
      EASEL_RATE_SHARE: '100000',
    },
  })
  people = await invitePeople(easel)
  things = thingsOf(easel, people)
})
afterAll(async () => {
  await easel.stop()
})

function thingsOf({ database, storage, events }: TestEasel, { ownerId }: People): Things {
  const { db } = database
  const log = openLog('silent')
  async function image() {
    const bytes = png(secret)
    const record = recordOf(bytes, { prompt: secret, filename: `${secret}-${newId()}.png` })
    await keepImage({ db, storage, events, log }, { userId: ownerId, bytes, record })
    const row = await db.selectFrom('images').selectAll().where('id', '=', record.id).executeTakeFirstOrThrow()
    const number = row.history_number === 1 ? '' : `_${row.history_number}`
    return { id: row.id, filename: row.filename, historyId: `${row.history_second}${number}` }
  }
  const insertUser = async () => {
    const id = newId()
    await db.insertInto('users').values({ id, name: 'Passing by', role: 'user' }).execute()
    return id
  }
  const insertWebhook = async () => {
    const id = newId()
    const row = { id, user_id: ownerId, name: secret, url: `http://127.0.0.1:9/${secret}`, types: '["image.added"]' }
    await db
      .insertInto('webhooks')
      .values({ ...row, secret: null, seq: 0 })
      .execute()
    return id
  }
  return {
    ownerId,
    image,
    async trashed() {
      const { id } = await image()
      await db.updateTable('images').set({ deleted_at: new Date() }).where('id', '=', id).execute()
      return id
    },
    async generation() {
      const id = newId()
      const request = { prompt: secret }
      await db
        .insertInto('generations')
        .values({
          id,
          user_id: ownerId,
          connection_id: null,
          connection_name: 'Sketcher',
          provider: 'sketch',
          model: 'sketch',
          state: 'succeeded',
          request: JSON.stringify(request),
          fitted: JSON.stringify({}),
          resolved_prompt: secret,
          n: 1,
          origin: 'easel',
          finished_at: new Date(),
          started_at: new Date(),
        })
        .execute()
      return id
    },
    async connection() {
      const id = newId()
      await db
        .insertInto('connections')
        .values({ id, user_id: ownerId, name: `${secret} ${id}`, provider: 'sketch', concurrency: 1 })
        .execute()
      return id
    },
    async tag() {
      const id = newId()
      await db
        .insertInto('tags')
        .values({ id, user_id: ownerId, tag_type: 'LABEL', tag_id: `${secret} ${id}` })
        .execute()
      return id
    },
    async album() {
      const id = newId()
      const row = { id, user_id: ownerId, name: `${secret} ${id}`, name_key: id, description: null, cover_id: null }
      await db.insertInto('albums').values(row).execute()
      return id
    },
    async search() {
      const id = newId()
      await db
        .insertInto('saved_searches')
        .values({ id, user_id: ownerId, name: `${secret} ${id}`, name_key: id, query: '{}' })
        .execute()
      return id
    },
    async promptPart() {
      const id = newId()
      await db
        .insertInto('prompt_parts')
        .values({ id, user_id: ownerId, kind: 'style', name: id, name_key: id, text: secret })
        .execute()
      return id
    },
    webhook: insertWebhook,
    async delivery() {
      const id = newId()
      const row = { id, webhook_id: await insertWebhook(), user_id: ownerId, type: 'image.added', subject_id: newId() }
      await db
        .insertInto('webhook_deliveries')
        .values({ ...row, happened_at: new Date(), state: 'failed', message: secret })
        .execute()
      return id
    },
    async bulk() {
      const id = newId()
      const texts = { action: '{"type":"trash"}', selection: `{"search":{"q":"${secret}"}}` }
      await db
        .insertInto('bulk_actions')
        .values({ id, user_id: ownerId, ...texts, state: 'done' })
        .execute()
      return id
    },
    async apiKey() {
      const id = newId()
      await db
        .insertInto('api_keys')
        .values({ id, user_id: ownerId, name: 'A key', scopes: '["read"]', digest: id, hint: 'abcd' })
        .execute()
      return id
    },
    async session() {
      const id = newId()
      const row = { id, user_id: ownerId, token: id, expires_at: new Date(Date.now() + 60_000) }
      await db.insertInto('sessions').values(row).execute()
      return id
    },
    async passkey() {
      const id = newId()
      await db
        .insertInto('passkeys')
        .values({
          id,
          user_id: ownerId,
          name: 'Phone',
          public_key: 'AAAA',
          credential_id: id,
          counter: 0,
          device_type: 'singleDevice',
          backed_up: false,
        })
        .execute()
      return id
    },
    async invitation() {
      const id = newId()
      const expires = new Date(Date.now() + 60_000)
      await db.insertInto('invitations').values({ id, role: 'user', digest: id, expires_at: expires }).execute()
      return id
    },
    user: insertUser,
    async group() {
      const id = newId()
      await db.insertInto('people_groups').values({ id, name: id, name_key: id }).execute()
      return id
    },
    async share() {
      const { id: imageId } = await image()
      const row = { id: newId(), name: newId(), kind: 'image', image_id: imageId, title: secret } as const
      const allowed = { download: true, prompt: true, listed: true }
      await db
        .insertInto('shares')
        .values({ ...row, ...allowed, user_id: ownerId, password: 'opened by nothing' })
        .execute()
      return row
    },
  }
}

/** The rules of docs/spec/accounts.md, in the order in which they are looked at. */
function expectedFor(who: Who, { access, guests }: AccessRow, row: Row): number {
  const special = row.but?.[who]
  if (special !== undefined) return special
  if (access === 'open') return row.own
  if (!(who in known)) return 401
  const { owns, role, scopes } = known[who as Known] // oxlint-disable-line typescript/consistent-type-assertions -- looked up just before
  const asKey: readonly string[] | null = scopes
  if (access === 'account') {
    if (asKey !== null || role === 'guest') return 403
  } else if (access === 'admin') {
    if (role !== 'admin' || asKey?.includes('admin') === false) return 403
    return row.own
  } else if (asKey?.includes(access) === false) return 403
  if (guests === 'refused' && role === 'guest') return 403
  return owns ? row.own : (row.foreign ?? row.own)
}

/** The head of an answer, and the body where it ends by itself. */
async function ask(method: string, row: Row, who: Who): Promise<{ status: number; text: string }> {
  const { path, body } = await row.ask(things)
  const leave = new AbortController()
  const response = await easel.fetch(path, {
    method,
    redirect: 'manual',
    signal: leave.signal,
    headers: { ...people.headers(who), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const stream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const text = stream ? '' : await response.text()
  if (stream) leave.abort()
  return { status: response.status, text }
}

const nameOf = ({ method, url }: AccessRow) => `${method} ${url}`
/** A preflight carries no credentials, and HEAD is GET without its body. */
const counted = (rows: readonly AccessRow[]) => rows.filter(({ method }) => method !== 'OPTIONS' && method !== 'HEAD')
const isBelow = ({ url, access }: AccessRow) =>
  access === 'open' && answeredBelow.some((prefix) => url === prefix || url === `${prefix}/*`)

describe('the table', () => {
  it('has a row for every route, and no other', () => {
    const routes = counted(easel.app.accessTable)
    const wanting = routes.filter((row) => accessRows[nameOf(row)] === undefined && !isBelow(row)).map(nameOf)
    expect(wanting, 'routes without a row').toEqual([])
    expect(Object.keys(accessRows).filter((name) => !routes.some((row) => nameOf(row) === name))).toEqual([])
  })

  it('takes HEAD for what GET is', () => {
    const rows = easel.app.accessTable
    for (const row of rows.filter(({ method }) => method === 'HEAD')) {
      const get = rows.find(({ method, url }) => method === 'GET' && url === row.url)
      expect([row.url, row.access, row.guests]).toEqual([row.url, get?.access, get?.guests])
    }
  })
})

describe.each(Object.entries(accessRows))('AC1: %s', (name, row) => {
  it.each(everybody)('%s', async (who) => {
    const route = present(
      easel.app.accessTable.find((one) => nameOf(one) === name),
      name,
    )
    const { status, text } = await ask(route.method, row, who)
    if (row.ends === true) await people.renew(who)
    expect(status, text.slice(0, 300)).toBe(expectedFor(who, route, row))
    const mine = who in known && known[who as Known].owns // oxlint-disable-line typescript/consistent-type-assertions -- looked up just before
    if (!mine) expect(text.includes(secret), 'nothing of the owner’s').toBe(false)
  })
})

describe('what has no route below the older systems’ addresses', () => {
  it('is not there, for everybody alike', async () => {
    for (const row of counted(easel.app.accessTable).filter(
      (one) => isBelow(one) && accessRows[nameOf(one)] === undefined,
    )) {
      const path = row.url.replace('/*', '/nonesuch/deeper')
      for (const who of ['nobody', 'owner', 'admin'] as const) {
        const { status } = await ask(row.method, { ask: () => ({ path }), own: 404 }, who)
        expect([404, 405], `${row.method} ${path}`).toContain(status)
      }
    }
  })
})
