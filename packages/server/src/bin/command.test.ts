// The commands of the terminal as people run them, beside a running server and without one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import { environmentFor, startEasel, type TestEasel } from './testing.ts'

const cli = join(import.meta.dirname, '../../../cli/src/easel.ts')
const email = 'ada@example.com'

let easel: TestEasel | null = null
const folders: string[] = []
afterEach(async () => {
  await easel?.stop()
  easel = null
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-'))
  folders.push(folder)
  return folder
}

async function run(args: readonly string[], environment: Record<string, string>, input = '') {
  const child = spawn(process.execPath, [cli, ...args], { env: { PATH: process.env.PATH, ...environment } })
  child.stdin.end(input)
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { said, complained, code }
}

async function addAccount(db: Db, name = 'Ada'): Promise<void> {
  await db.insertInto('users').values({ id: newId(), name, role: 'user', email }).execute()
}

const keyFile = (folder: string) => readFileSync(join(folder, 'secret.key'), 'utf8')

describe('commands', { timeout: 60_000 }, () => {
  it('KY7: beside a running server they ask it, and without one they do it themselves', async () => {
    const dataFolder = await newFolder()
    const environment = await environmentFor(dataFolder, { environment: { EASEL_AUTH: 'accounts' } })
    easel = await startEasel({
      dataFolder,
      environment: { EASEL_AUTH: 'accounts', OPENAI_API_KEY: 'sk-test-0123456789' },
    })
    await addAccount(easel.database.db, 'Ada\u001b[2J Lovelace')
    const before = keyFile(dataFolder)

    const listed = await run(['users', 'list'], environment)
    expect(listed).toMatchObject({ code: 0, complained: '' })
    expect(listed.said).toMatch(
      /^E-mail.*\n.*\(no sign-in yet\).*admin.*active.*Owner\nada@example\.com.*user.*active.*Ada\[2J Lovelace\n$/,
    )
    const reset = await run(['users', 'reset', 'Ada@Example.com'], environment)
    expect(reset).toMatchObject({ code: 0, said: expect.stringMatching(/\n\/reset-password#token=[\w-]{20,}\n$/) })
    const rotated = await run(['keys', 'rotate'], environment)
    expect(rotated).toMatchObject({ code: 0, said: expect.stringContaining('keys of 1 users') })
    expect(keyFile(dataFolder)).not.toBe(before)
    const unknown = await run(['users', 'reset', 'nobody@example.com'], environment)
    expect(unknown).toMatchObject({ code: 1, said: '', complained: expect.stringContaining('no account') })

    await easel.stop({ keepFolder: true })
    easel = null
    expect(existsSync(join(dataFolder, 'control.sock'))).toBe(false)
    expect(await run(['users', 'list'], environment)).toEqual(listed)
    const again = keyFile(dataFolder)
    expect(await run(['keys', 'rotate'], environment)).toMatchObject({ code: 0 })
    expect(keyFile(dataFolder)).not.toBe(again)
    easel = await startEasel({ dataFolder, environment: { EASEL_AUTH: 'accounts' } })
  })

  it('KY5: the new secret comes by standard input or by the environment', async () => {
    const [one, two, three] = ['one'.repeat(12), 'two'.repeat(12), 'three'.repeat(12)]
    const dataFolder = await newFolder()
    const start = async (EASEL_SECRET: string) => {
      easel = await startEasel({ dataFolder, environment: { EASEL_SECRET, OPENAI_API_KEY: 'sk-test-0123456789' } })
    }
    const environment = await environmentFor(dataFolder)
    await start(one)
    expect(await run(['keys', 'rotate'], environment)).toMatchObject({
      code: 1,
      complained: expect.stringContaining('EASEL_NEW_SECRET'),
    })
    expect(await run(['keys', 'rotate', '--stdin'], environment, `${two}\n`)).toMatchObject({ code: 0 })
    await easel?.stop({ keepFolder: true })
    await start(two)
    await easel?.stop({ keepFolder: true })
    easel = null
    const more = { ...environment, EASEL_SECRET: two, EASEL_NEW_SECRET: three }
    expect(await run(['keys', 'rotate'], more)).toMatchObject({ code: 0 })
    await start(three)
  })

  it('KY8, CM3: what is wrong is said in a sentence, with exit code 1; wrong use ends with 2', async () => {
    const environment = await environmentFor(join(await newFolder(), 'none'))
    expect(await run(['users', 'list'], environment)).toMatchObject({
      code: 1,
      complained: expect.stringMatching(/^There is no Easel in .*Set EASEL_DATA.*\n$/),
    })
    expect(existsSync(join(folders[0] ?? '', 'none'))).toBe(false)
    const help = await run(['users', 'reset', '--help'], environment)
    expect(help).toMatchObject({ code: 0, said: expect.stringContaining('within an hour') })
    expect((await run(['users', 'reset'], environment)).code).toBe(2)
    expect((await run(['users', 'erase'], environment)).code).toBe(2)
  })
})
