// What others install: packed, installed without the network, and run without type stripping. Rules in docs/spec/client.md and cli.md.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root, runNpm, runTool } from '../../tools/processes.ts'
import { openPlace, runNode, type Place } from './place.ts'

let place: Place
let folder: string
let env: Readonly<Record<string, string>>
beforeAll(async () => {
  place = await openPlace()
  env = { EASEL_URL: place.address, EASEL_KEY: await place.key('read', 'generate', 'write'), HOME: place.config }
  folder = mkdtempSync(join(tmpdir(), 'easel-packed-'))
  const made = await runNode([join(root, 'tools/pack/pack.ts'), folder])
  expect(made).toMatchObject({ code: 0, err: '' })
  const zod = ['pack', join(root, 'node_modules/zod'), '--ignore-scripts', '--silent', '--pack-destination', folder]
  expect((await runNpm(zod, folder)).code).toBe(0)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const packed = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const install = [
    'install',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    ...packed.map((name) => `./${name}`),
  ]
  const installed = await runNpm(install, folder)
  expect(installed.code, installed.output).toBe(0)
  // Everything is built and installed, on a machine that may be busy.
}, 300_000)
afterAll(async () => {
  await place.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What Node.js 20 lacks of what newer ones have. */
const older =
  'delete Promise.withResolvers; delete Promise.try; delete URL.parse; delete RegExp.escape; delete Array.fromAsync; delete Iterator.prototype.map; delete Iterator.prototype.toArray; delete Set.prototype.union'

/** As an older Node.js does it, which strips no types anywhere. */
const run = (...args: readonly string[]) =>
  runNode(['--no-strip-types', '--import', `data:text/javascript,${older}`, ...args], { cwd: folder, env })

it('TC7: the example of the README runs from the package, and its types fit', async () => {
  const readme = readFileSync(join(folder, 'node_modules/@easel/client/README.md'), 'utf8')
  const example = /```js\n([\s\S]+?)```/.exec(readme)?.[1] ?? ''
  writeFileSync(join(folder, 'example.js'), example)
  const { code, out, err } = await run('example.js')
  expect([code, out], err).toEqual([0, expect.stringMatching(/^saved (.+\.webp)\nfound 1\n$/)])
  writeFileSync(
    join(folder, 'typed.ts'),
    `import { createEasel, routes, type Generation } from '@easel/client'
const easel = createEasel({ server: 'http://127.0.0.1' })
export const made: Promise<Generation> = easel.generate({ prompt: 'a fox' })
export const name: Promise<string> = easel.call(routes.getMe, {}).then(({ data }) => data.name)
// @ts-expect-error -- there is no such field
void easel.call(routes.getMe, {}).then(({ data }) => data.nonesuch)
// @ts-expect-error -- a prompt is text
void easel.generate({ prompt: 7 })
`,
  )
  const options = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2024,dom',
    '--types',
    '',
  ]
  const checked = await runTool('typescript/bin/tsc', [...options, 'typed.ts'], folder)
  expect(checked).toEqual({ code: 0, output: '' })
})

it('CM9: the command runs from the package, and says what needs the server beside it', async () => {
  const easel = (...args: readonly string[]) => run('node_modules/@easel/cli/easel.js', ...args)
  const made = await easel('generate', 'a hedgehog', '-s', '256x256', '-o', 'hedgehog.jpg')
  expect([made.code, made.out], made.err).toEqual([0, 'hedgehog.jpg\n'])
  const brought = await easel('import', 'hedgehog.jpg', '--server', place.address)
  expect([brought.code, brought.out], brought.err).toEqual([0, expect.stringMatching(/^pictures: 1 taken/)])
  expect(await easel('mcp', '--server', place.address)).toEqual({ code: 0, out: '', err: '' })
  const served = await easel('serve')
  expect([served.code, served.err]).toEqual([2, expect.stringContaining('This is the client alone.')])
})

/** The Node.js that this machine has by itself, where it is the oldest that is promised; else why there is none. */
async function ownNode20(): Promise<{ readonly node: string } | { readonly why: string }> {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((one) => !one.includes('node_modules'))
  const node = folders.map((one) => join(one, 'node')).find((path) => existsSync(path))
  if (node === undefined) return { why: 'this machine has no Node.js of its own' }
  const version = (await runNode(['--version'], { node })).out.trim()
  return version.startsWith('v20.') ? { node } : { why: `this machine has Node.js ${version}, not 20` }
}

it('TC7, CM9: both run on Node.js 20 itself', async ({ skip }) => {
  const own = await ownNode20()
  if ('why' in own) return skip(own.why)
  const { node } = own
  const twenty = (...args: readonly string[]) => runNode(args, { cwd: folder, env, node })
  const example = await twenty('example.js')
  expect([example.code, example.out], example.err).toEqual([0, expect.stringMatching(/^saved .+\nfound \d+\n$/)])
  const easel = 'node_modules/@easel/cli/easel.js'
  const made = await twenty(easel, 'generate', 'an owl', '-s', '256x256', '-o', 'owl.png', '--json')
  expect([made.code, JSON.parse(made.out)], made.err).toMatchObject([0, { state: 'succeeded' }])
  const brought = await twenty(easel, 'import', 'owl.png', '--server', place.address)
  expect(brought.code, brought.err).toBe(0)
  expect((await twenty(easel, 'search', 'owl')).out).toContain('an owl')
  expect(await twenty(easel, 'mcp', '--server', place.address)).toEqual({ code: 0, out: '', err: '' })
})
