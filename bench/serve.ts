// Thumbnails and originals by an open link, beside a bare file server on node:http and beside nginx, in turns, by wrk.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { routes } from '../packages/contract/src/contract.ts'
import { startEasel, type EaselProcess } from '../test/faults/easel-process.ts'
import { quantile, report } from './figures.ts'
import { handOffPrefix, hasNginx, proxyAddress, startNginx } from './nginx.ts'
import { detailedPicture } from './picture.ts'

const rounds = 5
const seconds = 4
const connections = 32

const Added = z.object({ data: z.object({ id: z.string() }) })

/** What is asked for, by the name of who answers. */
type Contest = readonly (readonly [name: string, url: string])[]

interface Bench {
  readonly easel: EaselProcess
  readonly address: string
  readonly folder: string
  readonly cookie: string
}

async function ask({ address, cookie }: Bench, path: string, body?: object): Promise<Response> {
  const sent = { method: 'POST', headers: { 'content-type': 'application/json', cookie }, body: JSON.stringify(body) }
  const answer = await fetch(`${address}${path}`, body === undefined ? {} : sent)
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
  return answer
}

/** A link to a picture of 2.7 MB, and copies of what it sends in a folder. @returns paths below the server */
async function openLink(bench: Bench, plain: string) {
  const base64 = Buffer.from(await detailedPicture()).toString('base64')
  const imageId = Added.parse(await (await ask(bench, '/api/images', { base64 })).json()).data.id
  const target = { kind: 'image', imageId }
  const made = routes.createShare.response.parse(await (await ask(bench, '/api/shares', { target })).json())
  const path = `/s/${made.data.name}/images/${imageId}`
  const paths = { thumbnail: `${path}/thumbnail`, original: `${path}/file` }
  await mkdir(plain, { recursive: true })
  for (const [name, at] of [
    ['thumbnail.webp', paths.thumbnail],
    ['original.png', paths.original],
  ] as const) {
    await writeFile(join(plain, name), new Uint8Array(await (await ask(bench, at)).arrayBuffer()))
  }
  return paths
}

async function startFileServer(folder: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'file-server.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [url]: unknown[] = await once(createInterface({ input: child.stdout }), 'line')
  return { url: String(url), stop: () => child.kill() }
}

/** Answers a second. @throws when one of them is no success */
async function measure(url: string): Promise<number> {
  const child = spawn('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let words = ''
  child.stdout.on('data', (part: Buffer) => (words += part.toString()))
  await once(child, 'close')
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(words) ?? []
  if (rate === undefined || /Non-2xx|Socket errors/.test(words)) throw new Error(`wrk ${url}: ${words}`)
  return Number(rate)
}

/** In turns, so that whatever else the machine does falls on all alike. */
async function compare(what: string, contest: Contest, aims: Readonly<Record<string, string>>): Promise<void> {
  const rates = new Map<string, number[]>(contest.map(([name]) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, url] of contest) rates.get(name)?.push(await measure(url))
  }
  const median = (name: string) => quantile(rates.get(name) ?? [], 0.5)
  const [against = ''] = contest.map(([name]) => name)
  for (const [name] of contest) {
    const share = `${(median(name) / median(against)).toFixed(2)} of ${against}`
    report(`${what}, ${name}`, `${median(name).toFixed(0)} a second, ${share}`, aims[name])
  }
}

async function againstNode(bench: Bench, plain: string, paths: Readonly<Record<'thumbnail' | 'original', string>>) {
  const bare = await startFileServer(plain)
  try {
    const aims = { Easel: '≥ 0.8 of node:http' }
    const contest = (name: string, path: string): Contest => [
      ['node:http', `${bare.url}/${name}`],
      ['Easel', bench.address + path],
    ]
    await compare('thumbnails', contest('thumbnail.webp', paths.thumbnail), aims)
    await compare('originals', contest('original.png', paths.original), aims)
  } finally {
    bare.stop()
  }
}

const demanded = [
  'etag',
  'cache-control',
  'content-type',
  'content-length',
  'content-disposition',
  'content-security-policy',
  'cross-origin-resource-policy',
  'x-robots-tag',
  'x-content-type-options',
]

/** @throws when what nginx sends differs from what Easel sends, in a byte or in a header that counts */
async function checkSame(direct: string, handed: string): Promise<void> {
  const [one, other] = [await fetch(direct), await fetch(handed)]
  const differing = demanded.filter((name) => one.headers.get(name) !== other.headers.get(name))
  const [bytes, others] = [Buffer.from(await one.arrayBuffer()), Buffer.from(await other.arrayBuffer())]
  if (differing.length > 0) throw new Error(`nginx sends another ${differing.join(', ')}: ${handed}`)
  if (bytes.length === 0 || !bytes.equals(others)) throw new Error(`nginx sends other bytes: ${handed}`)
}

async function againstNginx(bench: Bench, plain: string, paths: Readonly<Record<'thumbnail' | 'original', string>>) {
  if (!hasNginx()) return report('nginx', 'left out: there is none here (Debian: apt-get install nginx-light)')
  const files = join(bench.folder, 'data/files')
  const nginx = await startNginx({ folder: join(bench.folder, 'nginx'), plain, files, easel: bench.address })
  try {
    const contest = (name: string, path: string): Contest => [
      ['nginx', `${nginx.url}/plain/${name}`],
      ['Easel handing off', nginx.url + path],
    ]
    for (const path of Object.values(paths)) await checkSame(bench.address + path, nginx.url + path)
    await compare('thumbnails', contest('thumbnail.webp', paths.thumbnail), { 'Easel handing off': '≥ 0.7 of nginx' })
    await compare('originals', contest('original.png', paths.original), { 'Easel handing off': '≥ 0.9 of nginx' })
  } finally {
    await nginx.stop()
  }
}

export async function benchServe(): Promise<void> {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    return report('serve', 'left out: there is no wrk here (Debian: apt-get install wrk)')
  }
  const folder = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  const settings = {
    EASEL_LOG: 'warn',
    EASEL_BREACHED_PASSWORDS: 'off',
    EASEL_AUTH: 'accounts',
    EASEL_TRUSTED_PROXIES: proxyAddress,
    EASEL_HAND_OFF: `x-accel:${handOffPrefix}`,
  }
  const easel = await startEasel({ data: join(folder, 'data'), settings, nodeOptions: [] })
  try {
    const bench = { easel, address: easel.address ?? '', folder, cookie: '' }
    const person = { name: 'Ada', email: 'ada@example.com', password: 'a fox in the snow' }
    const { headers } = await ask(bench, '/api/auth/setup', person)
    const owner = { ...bench, cookie: headers.getSetCookie()[0]?.split(';')[0] ?? '' }
    const plain = join(folder, 'plain')
    const paths = await openLink(owner, plain)
    await againstNode(owner, plain, paths)
    await againstNginx(owner, plain, paths)
  } finally {
    await easel.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
