// A library leaves one Easel and comes into another one, by the commands that people use.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes, type Image } from '@easel/contract'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'

const cli = join(import.meta.dirname, '../../packages/cli/src/easel.ts')
let folder: string
let from: TestEasel
let into: TestEasel

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-import-'))
  from = await startEasel()
  into = await startEasel()
})
afterAll(async () => {
  await from.stop()
  await into.stop()
  rmSync(folder, { recursive: true, force: true })
})

const png = (words: string = randomUUID()) => Buffer.from(fakePicture(16, 16, words))

async function add(easel: TestEasel, bytes: Buffer, record: object): Promise<Image> {
  const body = JSON.stringify({ base64: bytes.toString('base64'), record })
  const answer = await easel.fetch('/api/images', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  })
  return routes.addImage.response.parse(await answer.json()).data
}

async function listed(easel: TestEasel, query = ''): Promise<Image[]> {
  const answer = await easel.fetch(`/api/images?limit=200${query}`)
  return routes.listImages.response.parse(await answer.json()).data
}

async function run(path: string, server = into.baseUrl, environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [cli, 'import', path, '--server', server], {
    env: { ...process.env, ...environment },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, out, err }
}

/** What stands between a client and a server, and sometimes answers itself. */
async function openProxy(target: string, answers: (number | 'cut')[]): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, outgoing) => {
    const answer = answers.shift()
    if (answer === 'cut') {
      incoming.socket.destroy()
      return
    }
    if (answer !== undefined) {
      outgoing.writeHead(answer, { 'retry-after': '1' }).end('busy')
      return
    }
    const { hostname, port } = new URL(target)
    const { method = 'GET', url = '/', headers } = incoming
    const sent = request({ hostname, port, method, path: url, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(outgoing)
    })
    incoming.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
  return { server, url: `http://127.0.0.1:${port}` }
}

describe('easel import', () => {
  it('TR34: takes an export back into another Easel, and a second time changes nothing', async () => {
    const record = {
      prompt: 'ein Fuchs 🦊',
      negativePrompt: 'blurry',
      seed: 2 ** 53 - 1,
      model: 'flux',
      provider: 'bfl',
      parameters: { steps: 4 },
      tags: [{ tagType: 'CHARACTER', tagId: '42' }],
      createdAt: '2024-02-29T10:00:00.000Z',
    }
    const fox = await add(from, png(), record)
    const thrown = await add(from, png(), { prompt: 'in the trash' })
    await from.fetch(`/api/images/${thrown.id}`, { method: 'DELETE' })
    const here = png()
    await add(from, here, { prompt: 'in both' })
    const mine = await add(into, here, { prompt: 'was there' })

    const path = join(folder, 'export.zip')
    writeFileSync(path, Buffer.from(await (await from.fetch('/api/me/export')).arrayBuffer()))
    const first = await run(path)
    expect(first).toMatchObject({
      code: 0,
      out: 'pictures: 2 taken, 1 there already, 0 not taken\ntags: 1 taken, 0 there already, 0 not taken\n',
      err: expect.stringContaining('3 of 3'),
    })
    const pictures = await listed(into)
    expect(pictures.length).toBe(2)
    expect(pictures.find(({ id }) => id === mine.id)?.generationPrompt).toBe('was there')
    const { generationModel, generationPrompt, ...kept } = pictures.find(({ sha256 }) => sha256 === fox.sha256) ?? mine
    const { prompt, model, ...rest } = record
    expect({ generationModel, generationPrompt, ...kept }).toMatchObject({
      ...rest,
      generationPrompt: prompt,
      generationModel: model,
      parameters: { steps: 4 },
      id: fox.id,
      filename: fox.filename,
      source: 'upload',
    })
    const bytes = Buffer.from(await (await into.fetch(kept.url)).arrayBuffer())
    expect(bytes.equals(Buffer.from(await (await from.fetch(fox.url)).arrayBuffer()))).toBe(true)
    expect((await listed(into, '&trash=true')).map(({ sha256 }) => sha256)).toEqual([thrown.sha256])

    expect(await run(path)).toMatchObject({
      code: 0,
      out: 'pictures: 0 taken, 3 there already, 0 not taken\ntags: 0 taken, 1 there already, 0 not taken\n',
    })
    expect((await listed(into)).length).toBe(2)
  })

  it('TR34: takes a folder, and says what it left and why', async () => {
    const root = join(folder, 'pictures')
    mkdirSync(join(root, 'deep/er'), { recursive: true })
    writeFileSync(join(root, '20240102030405.png'), png())
    writeFileSync(
      join(root, '20240102030405.json'),
      JSON.stringify({
        id: '20240102030405',
        settings: { prompt: 'from the history', seed: 7, model: 'm', steps: 12 },
      }),
    )
    writeFileSync(join(root, 'deep/er/Füchse.PNG'), png())
    writeFileSync(join(root, 'deep/er/Füchse.PNG.json'), '{ no json')
    writeFileSync(join(root, 'page.png'), '<html><script>alert(1)</script>')
    writeFileSync(join(root, 'cut.png'), png().subarray(0, -20))
    writeFileSync(join(root, 'notes.txt'), 'x')
    writeFileSync(join(root, 'alone.png.json'), '{}')
    writeFileSync(join(root, '.hidden.png'), 'x')
    symlinkSync('/etc/passwd', join(root, 'link.png'))
    const { code, out } = await run(root)
    expect(code).toBe(1)
    expect(out.split('\n')[0]).toBe('pictures: 2 taken, 0 there already, 5 not taken')
    for (const line of [
      'link.png: It is a symbolic link.',
      'notes.txt: It is no picture.',
      'alone.png.json: Its picture is not there.',
      'page.png: This is a web page, not a picture.',
      'cut.png: ',
    ]) {
      expect(out).toContain(`  ${line}`)
    }
    const pictures = await listed(into)
    expect(pictures.find(({ generationPrompt }) => generationPrompt === 'from the history')).toMatchObject({
      seed: 7,
      parameters: { steps: 12 },
      createdAt: new Date(2024, 0, 2, 3, 4, 5).toISOString(),
    })
  })

  it('TR35: waits when it is told to, and tries again when nobody answers', async () => {
    const root = join(folder, 'waiting')
    mkdirSync(root)
    writeFileSync(join(root, 'a.png'), png())
    const { server, url } = await openProxy(into.baseUrl, [429, 503, 'cut'])
    expect(await run(root, url)).toMatchObject({ code: 0, out: 'pictures: 1 taken, 0 there already, 0 not taken\n' })
    server.close()
  })

  it('TR35: stops with a sentence when going on is of no use', async () => {
    const broken = join(folder, 'broken.zip')
    writeFileSync(broken, 'no archive')
    for (const [path, server, words] of [
      [broken, into.baseUrl, 'This archive is refused: '],
      [join(folder, 'nowhere'), into.baseUrl, 'There is nothing at '],
      [folder, 'ftp://example.com', 'is no address of a server'],
    ] as const) {
      const { code, out, err } = await run(path, server)
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain(words)
      expect(err).not.toContain('    at ')
    }
    const root = join(folder, 'refused')
    mkdirSync(root)
    writeFileSync(join(root, 'a.png'), png())
    const { server, url } = await openProxy(into.baseUrl, [401])
    const refused = await run(root, url, { EASEL_API_KEY: 'easel_never-to-be-shown' })
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('EASEL_API_KEY') })
    expect(refused.err).not.toContain('never-to-be-shown')
    server.close()
  })
})
