import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { expect, it } from 'vitest'

const run = promisify(execFile)
const Niceness = z.array(z.object({ name: z.string(), nice: z.number() }))
const place = (file: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href)

// In a process of its own: the tests' own threads are not to be changed.
const script = `
  import { readdirSync, readFileSync } from 'node:fs'
  import { letPoolGiveWay } from ${place('give-way.ts')}
  import { derive } from ${place('../media/derive.ts')}
  import { fakePicture } from ${place('../providers/kit/fake-picture.ts')}
  await letPoolGiveWay()
  await derive(fakePicture(640, 640, 'a picture'))
  const task = '/proc/self/task'
  console.log(JSON.stringify(readdirSync(task).map((id) => {
    const stat = readFileSync(task + '/' + id + '/stat', 'utf8')
    const name = id === String(process.pid) ? 'main' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    return { name, nice: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]) }
  })))`

it('what decodes and writes gives way to what answers', async ({ skip }) => {
  skip(process.platform !== 'linux', 'elsewhere a process has one priority')
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
  const threads = Niceness.parse(JSON.parse(stdout))
  const nicenessOf = (begin: string) => threads.filter(({ name }) => name.startsWith(begin)).map(({ nice }) => nice)
  const own = nicenessOf('main')[0] ?? Number.NaN
  expect(nicenessOf('libuv').length).toBeGreaterThan(0)
  for (const nice of nicenessOf('libuv')) expect(nice).toBe(10)
  expect(nicenessOf('libvips').length).toBeGreaterThan(0)
  for (const nice of nicenessOf('libvips')) expect(nice).toBe(10)
  expect(own).toBeLessThan(10)
})
