// Somebody who does not want to wait, and a server that wants no key. Rules CM2 and CM4 in docs/spec/cli.md.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeSdcpp, type FakeSdcpp } from '../../packages/server/src/providers/sdcpp/fake-sdcpp.ts'
import { connectionOf, getGeneration, until } from '../faults/easel-client.ts'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'
import { cli, runNode } from './place.ts'

let engine: FakeSdcpp
let easel: EaselProcess
let address: string
let folder: string
let env: { readonly PATH: string; readonly XDG_CONFIG_HOME: string; readonly HOME: string }

beforeAll(async () => {
  engine = await startFakeSdcpp({ held: true })
  folder = mkdtempSync(join(tmpdir(), 'easel-interrupt-'))
  easel = await startEasel({ data: join(folder, 'data'), settings: { SDCPP_BASE_URL: engine.baseUrl } })
  address = easel.address ?? ''
  env = { PATH: process.env.PATH ?? '', XDG_CONFIG_HOME: join(folder, 'config'), HOME: folder }
})
afterAll(async () => {
  await easel.stop()
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

it('CM2: a server that wants no key says so, and its address is kept without one', async () => {
  const { code, out, err } = await runNode([cli, 'login', address], { env, input: '' })
  expect([code, out, err]).toEqual([0, expect.stringContaining(`${address} needs no key. Kept in `), ''])
  const kept = readFileSync(join(folder, 'config/easel/cli.json'), 'utf8')
  expect(JSON.parse(kept)).toEqual({ server: address, key: null })
  expect((await runNode([cli, 'search'], { env })).err).toBe('Nothing was found.\n')
})

it('CM3, CM4: Ctrl-C ends the waiting, says how to get the pictures, and they come all the same', async () => {
  const args = [cli, 'generate', 'a fox', '-e', await connectionOf(address, 'sdcpp'), '-s', '256x256', '-o', 'fox.png']
  const child = spawn(process.execPath, [...args, '--server', address], { env, cwd: folder })
  let [out, err] = ['', '']
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  const ended = once(child, 'close')
  await until(
    60_000,
    async () => engine.submitted().length > 0 && err !== '',
    (begun) => begun,
  )
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
  const [, id = ''] = /It goes on without you\. Later: easel get ([0-9a-f-]{36})\n$/.exec(err) ?? []
  expect([out, id, existsSync(join(folder, 'fox.png'))]).toEqual(['', expect.stringMatching(/^[0-9a-f-]{36}$/), false])
  expect([(await getGeneration(address, id)).state, engine.cancelled()]).toEqual(['running', 0])
  engine.behave({})
  await until(
    60_000,
    async () => (await getGeneration(address, id)).state,
    (state) => state === 'succeeded',
  )
  const saved = await runNode([cli, 'get', id, '-o', 'later/'], { env, cwd: folder })
  expect([saved.code, readdirSync(join(folder, 'later')).length]).toEqual([0, 1])
})
