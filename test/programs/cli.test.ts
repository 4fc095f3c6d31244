// The command of the terminal against a running Easel. Rules in docs/spec/cli.md (CM1 …).
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openPlace, type Place } from './place.ts'

let place: Place
let here: { readonly EASEL_URL: string; readonly EASEL_KEY: string }
beforeAll(async () => {
  place = await openPlace()
  here = { EASEL_URL: place.address, EASEL_KEY: await place.key('read', 'generate', 'write') }
})
afterAll(() => place.close())

const easel = (...args: readonly string[]) => place.run(args, { env: here })
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '')
const Made = z.object({
  id: z.uuid(),
  state: z.string(),
  images: z.array(z.object({ id: z.uuid(), path: z.string().nullable(), seed: z.number().nullable() })),
  error: z.object({ message: z.string() }).nullable(),
})
const madeOf = (text: string) => Made.parse(JSON.parse(text))
const small = ['--size', '256x256']

describe('easel generate', () => {
  it('CM4, CM5: makes pictures, saves them and prints where', async () => {
    const { code, out, err } = await easel('generate', 'a fox', 'in the snow', '-n', '2', '--seed', '7', ...small)
    expect([code, err]).toEqual([0, expect.not.stringContaining('\r')])
    expect(lines(out)).toHaveLength(2)
    for (const path of lines(out)) {
      expect(readFileSync(join(place.folder, path)).subarray(1, 4).toString()).toBe('PNG')
    }
    // How far it is heard to be is a matter of chance.
    expect(lines(err)).toContainEqual(expect.stringMatching(/^(drawing|\d+ %)$/))
  })

  it('CM5: a name says the format, and nothing is written over', async () => {
    writeFileSync(join(place.folder, 'fox.jpg'), 'mine')
    const { code, out } = await easel('generate', 'a fox', '-n', '2', '-o', 'fox.jpg', ...small)
    expect([code, lines(out)]).toEqual([0, ['fox-2.jpg', 'fox-3.jpg']])
    expect(readFileSync(join(place.folder, 'fox.jpg'), 'utf8')).toBe('mine')
    expect(readFileSync(join(place.folder, 'fox-2.jpg')).subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
  })

  it('CM5: --json says everything in one line, and a picture may be a file to work from', async () => {
    const first = madeOf((await easel('generate', '🦊', '--json', '--out', 'made/', '--tag', 'fox', ...small)).out)
    expect(first).toMatchObject({
      state: 'succeeded',
      images: [{ path: expect.stringMatching(/^made\//) }],
      error: null,
    })
    const path = first.images[0]?.path ?? ''
    const { code, out } = await easel('generate', 'in the snow', '-i', path, '--json', ...small)
    expect(code).toBe(0)
    const authorization = `Bearer ${here.EASEL_KEY}`
    const answer = await fetch(`${place.address}/api/generations/${madeOf(out).id}`, { headers: { authorization } })
    // The library has this file already: it is the picture that was made before.
    expect(await answer.json()).toMatchObject({ request: { sources: [first.images[0]?.id] } })
  })

  it('CM4: leaves at once where it is told to, and `easel get` saves the pictures', async () => {
    const { code, out } = await easel('generate', 'a patient fox', '--no-wait', ...small)
    expect(code).toBe(0)
    const id = out.trim()
    await expect.poll(async () => (await easel('get', id, '--out', 'later')).code).toBe(0)
    expect(readdirSync(join(place.folder, 'later')).length).toBeGreaterThan(0)
  })
})

describe('easel search, get and share', () => {
  it('CM6: finds, saves and shares', async () => {
    const made = madeOf((await easel('generate', 'a hedgehog at night', '--json', ...small)).out)
    const [image] = made.images
    const id = image?.id ?? ''
    const found = await easel('search', 'hedgehog')
    expect([found.code, lines(found.out)]).toEqual([0, [expect.stringMatching(`^${id}  .*a hedgehog at night$`)]])
    const json = await easel('search', 'hedgehog', '--json', '--limit', '1')
    expect(JSON.parse(json.out)).toMatchObject({ id, width: 256 })
    expect(await easel('search', 'nonesuch')).toMatchObject({ code: 1, out: '', err: 'Nothing was found.\n' })
    const saved = await easel('get', id, '-o', 'hedgehog.webp')
    expect([saved.code, saved.out]).toEqual([0, 'hedgehog.webp\n'])
    const shared = await easel('share', id, '--title', 'Look', '--days', '1')
    expect([shared.code, (await fetch(shared.out.trim())).status]).toEqual([0, 200])
    expect(await easel('get', id.replace(/^./, 'f'))).toMatchObject({ code: 1, out: '' })
    expect(await easel('get', '../../etc/passwd')).toMatchObject({ code: 2, out: '' })
  })
})

describe('who and where', () => {
  it('CM2: login keeps address and key for nobody else’s eyes, and the environment goes before it', async () => {
    const env = { EASEL_URL: place.address }
    const wrong = await place.run(['login'], { env, input: 'easel_nonesuch\n' })
    expect([wrong.code, existsSync(join(place.config, 'easel'))]).toEqual([2, false])
    const { code, out } = await place.run(['login', place.address], { input: `${here.EASEL_KEY}\n` })
    expect([code, out]).toEqual([0, expect.stringContaining('Hello, Ada.')])
    const file = join(place.config, 'easel/cli.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect((await place.run(['search', '--limit', '1'])).code).toBe(0)
    // A key belongs to its server: another one is asked without it.
    const elsewhere = place.address.replace('127.0.0.1', 'localhost')
    const other = await place.run(['search'], { env: { EASEL_URL: elsewhere } })
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('Run: easel login')])
    expect((await place.run(['search'], { env: { EASEL_KEY: 'easel_wrong' } })).code).toBe(2)
    expect((await place.run(['logout'])).code).toBe(0)
    expect((await place.run(['search'], { env })).code).toBe(2)
  })

  it('CM3: exit codes tell what failed from what could not be tried', async () => {
    expect((await easel('generate')).code).toBe(2)
    expect((await easel('generate', '-n', '0', 'a fox')).code).toBe(2)
    expect((await easel('nonesuch')).code).toBe(2)
    expect((await easel('generate', 'a fox', '--engine', 'nonesuch')).code).toBe(2)
    expect((await easel('generate', 'a fox', '--model', 'nonesuch')).code).toBe(1)
    const away = await place.run(['search', '--server', 'http://127.0.0.1:9'])
    expect([away.code, away.err]).toEqual([2, expect.stringContaining('does not answer')])
    expect((await place.run(['search', '--server', 'nonsense'])).code).toBe(2)
    const reads = { ...here, EASEL_KEY: await place.key('read') }
    const refused = await place.run(['generate', 'a fox'], { env: reads })
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('scope "generate"')])
  })

  it('CM1: --help names every command, and each has an explanation of its own', async () => {
    const { code, out } = await easel('--help')
    expect(code).toBe(0)
    for (const name of [
      'generate',
      'search',
      'get',
      'share',
      'login',
      'logout',
      'import',
      'mcp',
      'completion',
      'serve',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'))
    }
    expect((await easel('generate', '--help')).out).toContain('Exit codes: 0 done')
  })

  it('CM7: each shell gets a script that knows the commands and their options', async () => {
    const bash = (await easel('completion', 'bash')).out
    expect(bash).toContain('complete -o filenames -F _easel easel')
    expect(bash).toMatch(/generate\) words='[^']*--aspect/)
    expect((await easel('completion', 'zsh')).out).toMatch(/^#compdef easel/)
    expect((await easel('completion', 'fish')).out).toMatch(/from generate' -l seed -d '/)
  })
})
