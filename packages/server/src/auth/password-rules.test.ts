import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openLog } from '#base/log.ts'
import { createBreachCheck } from './breached.ts'
import { createPasswordRules } from './password-rules.ts'

const ann = { email: 'ann.fox@example.com', name: 'Ann Marie Fox' }
const builtIn = createPasswordRules(createBreachCheck({ url: null, log: openLog('silent') }))

describe('the rules', () => {
  it.each([
    ['nine characters', 'abcdefgh9'],
    ['nine that take more bytes', '🦊'.repeat(9)],
    ['257 characters', 'The quick brown fox jumps over it. '.repeat(8).slice(0, 257)],
    ['a common one', 'qwertyuiop'],
    ['a common one with another case and digits', 'ILoveYou123!!'],
    ['one character over and over', 'aaaaaaaaaaaa'],
    ['a piece over and over', 'abababababab'],
    ['the e-mail address', 'Ann.Fox@Example.com'],
    ['the name', 'ann marie fox'],
    ['the name without spaces', 'AnnMarieFox'],
    ['full-width letters of a common one', 'ｐａｓｓｗｏｒｄ１２３'],
  ])('AC12: refuse %s', async (_, password) => {
    await expect(builtIn(password, ann)).rejects.toMatchObject({
      code: 'validation-failed',
      fields: [{ field: 'body.password' }],
    })
  })

  const long = 'The quick brown fox jumps over it. '.repeat(8).slice(0, 256)
  it.each(['a fox in the snow', '🦊🐺🦝🐻🐼🐨🐯🦁🐮🐷', 'x7#kQ!v2Lp', '狐狸在雪地里跑得很快很远', long])(
    'AC12: take %s',
    async (password) => {
      await expect(builtIn(password, ann)).resolves.toBeUndefined()
    },
  )
})

describe('leaked passwords', () => {
  const leaked = 'a leaked fox in the snow'
  const digest = createHash('sha1').update(leaked).digest('hex').toUpperCase()
  const asked: { url: string | undefined; padding: string | string[] | undefined }[] = []
  let behave: 'answers' | 'fails' | 'hangs' | 'redirects' = 'answers'
  const server = createServer((request, response) => {
    asked.push({ url: request.url, padding: request.headers['add-padding'] })
    if (behave === 'hangs') return
    if (behave === 'redirects') {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
      return
    }
    const listed = request.url?.endsWith(digest.slice(0, 5)) === true ? `${digest.slice(5)}:42` : 'F'.repeat(35) + ':0'
    response.writeHead(behave === 'fails' ? 503 : 200).end(`${'0'.repeat(35)}:1\r\n${listed}\r\n${'1'.repeat(35)}:0`)
  })
  let url = ''
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/` // oxlint-disable-line typescript/consistent-type-assertions -- it listens
  })
  beforeEach(() => {
    behave = 'answers'
    asked.length = 0
    lines.length = 0
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  it('AC14: are refused; the service is told five digits of the digest, and asked to hide how many it knows', async () => {
    const check = createPasswordRules(createBreachCheck({ url, log }))
    await expect(check(leaked, ann)).rejects.toMatchObject({ message: expect.stringContaining('leaked') })
    await expect(check('another fox in the snow', ann)).resolves.toBeUndefined()
    expect(asked[0]).toEqual({ url: `/range/${digest.slice(0, 5)}`, padding: 'true' })
  })

  it('AC14: nobody is asked about one that is refused anyway', async () => {
    const check = createPasswordRules(createBreachCheck({ url, log }))
    await expect(check('password123', ann)).rejects.toMatchObject({ code: 'validation-failed' })
    expect(asked).toEqual([])
  })

  it('AC14: a line that is only padding counts for nothing', async () => {
    const padded = createServer((_, response) => response.end(`${digest.slice(5)}:0`)).listen(0, '127.0.0.1')
    await once(padded, 'listening')
    const { port } = padded.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
    const isBreached = createBreachCheck({ url: `http://127.0.0.1:${port}`, log })
    expect(await isBreached(leaked)).toBe(false)
    padded.close()
  })

  it.each(['fails', 'hangs', 'redirects'] as const)(
    'AC14: when the service %s, the built-in list alone decides, which is logged once',
    async (how) => {
      behave = how
      const check = createPasswordRules(createBreachCheck({ url, log }))
      await expect(check(leaked, ann)).resolves.toBeUndefined()
      await expect(check('password123', ann)).rejects.toMatchObject({ code: 'validation-failed' })
      await expect(check(leaked, ann)).resolves.toBeUndefined()
      expect(lines).toHaveLength(1)
      expect(lines[0]).not.toContain(digest.slice(0, 5))
    },
  )
})
