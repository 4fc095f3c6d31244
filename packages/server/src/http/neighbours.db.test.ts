// What went wrong in programs like this one, tried here: docs/security.md lists each with its cause and our rule.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes, type Route } from '@easel/contract'
import { png } from '#library/testing.ts'
import type { ImageRow } from '#library/image-record.ts'
import { openPeople, type People } from './testing/people.ts'

let people: People
let mine: ImageRow
let theirs: ImageRow
let theirGeneration: string
beforeAll(async () => {
  people = await openPeople()
  mine = await people.server.addImage({ of: people.user.id })
  theirs = await people.server.addImage({ of: people.other.id })
  const { connections, generations } = people.server.process
  const made = { name: 'Paint', provider: 'paint', baseUrl: 'http://127.0.0.1:9' }
  const { id: connectionId } = await connections.create(people.other.id, made)
  const wanted = { prompt: 'a fox', connectionId }
  theirGeneration = (await generations.submit(people.other.id, wanted, { origin: 'easel' })).id
})
afterAll(() => people.close())

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = people.user.headers) =>
  people.server.ask({ method, path, headers, ...(body === undefined ? {} : { body }) })

const Uploaded = z.object({ data: z.object({ id: z.uuid(), filename: z.string(), mimeType: z.string() }) })

async function upload(name: string, type: string, file: Uint8Array): Promise<Response> {
  const form = new FormData()
  form.set('file', new Blob([Buffer.from(file)], { type }), name)
  return await fetch(`${people.server.baseUrl}/api/images`, {
    method: 'POST',
    headers: { cookie: people.user.headers.cookie },
    body: form,
  })
}

describe('files of others and of the machine', () => {
  it.each([
    ['CVE-2025-6237', 'GET', (name: string) => `/uploads/generated/${people.user.id}/${name}`],
    ['CVE-2024-11042', 'DELETE', (name: string) => `/api/images/${name}`],
    ['CVE-2024-11042', 'DELETE', (name: string) => `/history/${name}`],
    ['CVE-2026-56671', 'GET', (name: string) => `/api/generations/${name}/preview`],
    ['CVE-2026-34524', 'GET', (name: string) => `/api/images/${name}/file`],
    ['CVE-2025-54387', 'GET', (name: string) => `/uploads/generated/${people.user.id}-evil/${name}`],
    ['CVE-2026-53502', 'GET', (name: string) => `/uploads/generated/${people.user.id}/${name.replaceAll('%', '%25')}`],
  ])('%s: %s by a name that leads out of the folder', async (_, method, pathOf) => {
    for (const target of ['etc/passwd', theirs.storage_key]) {
      const answer = await ask(method, pathOf(encodeURIComponent(`../../../../../../../../${target}`)))
      expect([400, 403, 404]).toContain(answer.status)
    }
    expect((await people.server.pipeline.files.stat(theirs.storage_key))?.size).toBe(theirs.bytes)
    expect(readFileSync('/etc/passwd', 'utf8')).toContain('root:')
  })

  it.each([
    ['CVE-2026-45671', 'DELETE', () => `/api/images/${theirs.id}`],
    ['CVE-2026-45671', 'GET', () => `/api/images/${theirs.id}/file`],
    ['CVE-2026-31950', 'GET', () => `/api/generations/${theirGeneration}/events`],
  ])('%s: %s of what is somebody else’s', async (_, method, pathOf) => {
    expect((await ask(method, pathOf())).status).toBe(404)
    expect((await ask('GET', `/api/generations/${theirGeneration}`, undefined, people.other.headers)).status).toBe(200)
    expect(await people.server.process.images.row(people.other.id, theirs.id)).not.toBeNull()
  })

  it.each(['/secret.key', '/.env', '/db/PG_VERSION', '/files/', '/assets/..%2f..%2fsecret.key', '/api/../secret.key'])(
    'InvokeAI 6.13.7: %s, where keys and settings are, is not served',
    async (path) => {
      const answer = await ask('GET', path)
      // What is no address of the API is the page.
      if (answer.status === 200) expect(answer.text).toBe(people.server.page)
      else expect([400, 404]).toContain(answer.status)
    },
  )
})

describe('what people bring in', () => {
  it.each([
    ['CVE-2024-10099', 'page.html', 'text/html', '<html><script>alert(1)</script>'],
    ['CVE-2025-46571', 'picture.png', 'image/png', '<!doctype html><script>alert(1)</script>'],
    ['CVE-2026-126945', 'notes.txt', 'text/plain', '<img src=x onerror=alert(1)>'],
    ['CVE-2026-56670', 'picture.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['CVE-2022-39239', 'picture.png', 'image/png', '<?xml version="1.0"?><svg onload="alert(1)"/>'],
    ['GHSA-m682-v4g9-wrq7', 'picture.png', 'image/png', '%PDF-1.7\n%!PS'],
  ])('%s: %s of type %s is not taken for a picture', async (_, name, type, text) => {
    expect((await upload(name, type, Buffer.from(text))).status).toBe(415)
  })

  it.each([
    ['CVE-2026-45315', 'picture.html', 'text/html'],
    ['CVE-2026-44566', '../../../../etc/cron.d/x.png', 'image/png'],
    ['CVE-2024-21575', '..\\..\\custom_nodes\\x.py', 'text/x-python'],
    ['CVE-2026-123790', '/proc/self/cwd/x.js', 'text/javascript'],
    ['CVE-2025-67303', 'secret.key', 'application/octet-stream'],
    ['InvokeAI 6.13.8', '%2e%2e%2fsecret.key', 'image/png'],
    ['CVE-2026-111984', '<img src=x onerror=alert(1)>.png', 'image/png'],
    ['CVE-2021-32679', 'x";\nfilename=evil.html', 'image/png'],
  ])('%s: neither name nor type of an upload decides anything: %j', async (name, given, type) => {
    const answer = await upload(given, type, png(`of ${name}`))
    expect(answer.status).toBe(201)
    const { data } = Uploaded.parse(await answer.json())
    expect(data.mimeType).toBe('image/png')
    expect(data.filename).toMatch(/^[\w-]+\.png$/)
    const row = await people.server.process.images.row(people.user.id, data.id)
    expect(row?.storage_key).toMatch(new RegExp(`^images/user-${people.user.id}/\\d{4}/\\d{2}/[\\w-]+\\.png$`))
    const file = await ask('GET', `/api/images/${data.id}/file`)
    expect(file.headers['content-type']).toBe('image/png')
    expect(file.headers['content-disposition']).toMatch(
      /^inline; filename="[\w-]+\.png"; filename\*=UTF-8''[\w-]+\.png$/,
    )
  })
})

describe('who is who', () => {
  it('CVE-2026-44649: no header of a proxy signs anybody in', async () => {
    for (const name of [
      'remote-user',
      'x-remote-user',
      'x-forwarded-user',
      'x-webauth-user',
      'x-authentik-username',
      'user-id',
    ]) {
      for (const value of [people.admin.email, people.admin.id, 'admin']) {
        expect((await ask('GET', '/api/me', undefined, { [name]: value })).status).toBe(401)
      }
    }
  })

  it('CVE-2026-56674: `Origin: null` is nobody’s own page', async () => {
    const headers = { ...people.user.headers, origin: 'null' }
    expect((await ask('DELETE', `/api/images/${mine.id}`, undefined, headers)).status).toBe(403)
    expect((await ask('GET', '/api/images', undefined, headers)).status).toBe(401)
  })

  it('CVE-2026-40096: what people write is in no page that the server makes', async () => {
    const name = '"><meta http-equiv=refresh content="0;url=//evil.example">'
    await ask('PATCH', '/api/me', { name })
    for (const path of ['/', `/?q=${encodeURIComponent(name)}`, `/library/${encodeURIComponent(name)}`]) {
      expect((await ask('GET', path)).text).toBe(people.server.page)
    }
  })

  it('CVE-2022-39239: a header changes no answer that a cache could keep for others', async () => {
    const forged = { host: 'localhost', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'javascript' }
    for (const path of ['/', '/healthz', '/api/openapi.json']) {
      const [plain, changed] = [await ask('GET', path, undefined, {}), await ask('GET', path, undefined, forged)]
      expect(changed.text).toBe(plain.text)
      expect(JSON.stringify(changed.headers)).not.toContain('evil.example')
    }
  })

  it('CVE-2026-53662: signing in leads nowhere that an address names', async () => {
    const { email, password } = people.user
    for (const to of ['//evil.example', '/\\evil.example', 'javascript:alert(1)', 'https://evil.example']) {
      const query = `?continue=${encodeURIComponent(to)}&callbackURL=${encodeURIComponent(to)}`
      const answer = await ask('POST', `/api/auth/sign-in${query}`, { email, password, callbackURL: to }, {})
      expect(answer.headers.location).toBeUndefined()
      expect(answer.text).not.toContain(JSON.stringify(to))
    }
  })
})

describe('what is missing or of another kind', () => {
  const withBody = Object.values<Route>(routes).filter(({ body }) => body !== undefined)
  it.each(['null', '[]', '"x"', '1', 'true', '{}', '{"email": {}}', '{"email": ["a"], "password": null}'])(
    'CVE-2026-31949: a body of %s ends nothing',
    async (body) => {
      for (const { method, path } of withBody) {
        const url = path.replaceAll(/:\w+/g, mine.id)
        const headers = { ...people.user.headers, 'content-type': 'application/json' }
        const answer = await people.server.ask({ method, path: url, headers, body })
        expect([path, answer.status < 500]).toEqual([path, true])
      }
      expect((await ask('GET', '/healthz')).status).toBe(200)
    },
  )
})
