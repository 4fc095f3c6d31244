// A folder as years of trying things leave it: pictures of every tool, folders of the older systems, broken files, copies.
import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { embedMetadata } from '../../packages/server/src/media/embed.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { pngWith, textChunk, toolFiles, type Said } from '../../packages/server/src/transfer/told/testing.ts'
import { entryOf, noFaults } from '../../packages/server/src/transfer/zip/testing.ts'
import { createZip } from '../../packages/server/src/transfer/zip/zip.ts'

interface File {
  readonly name: string
  readonly bytes: Buffer
}

/** What becomes of it when the whole folder is brought in. `words`: taken, but without what it says. `beside`: only read. */
type Fate = 'taken' | 'words' | 'there' | 'refused' | 'left' | 'beside'

interface Made {
  readonly fate: Fate
  readonly files: readonly File[]
  /** What the library then says of it. */
  readonly prompt?: string
}

export interface Mixed {
  /** What `easel import` is given. */
  readonly paths: readonly string[]
  /** How many files have each fate. */
  readonly fates: Readonly<Record<Fate, number>>
  /** Prompts by the checksum of their picture, where it has one. */
  readonly prompts: ReadonlyMap<string, string>
  /** Ids of contract A. */
  readonly historyIds: readonly string[]
}

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const pad = (value: number, width = 2) => String(value).padStart(width, '0')
const plain = (words: string) => Buffer.from(fakePicture(16, 16, words))
const start = Date.UTC(2023, 0, 1)

const saidOf = (at: number): Said => ({
  prompt: `a fox, number ${at}, ink:1.2`,
  negativePrompt: 'blurry, ugly',
  seed: 1_000_000 + at,
  model: 'sdxl_base',
})

/** Contract A: a picture and its record. */
function history(at: number): Made & { readonly id: string } {
  const id = `2022${pad(1 + (at % 12))}${pad(1 + (at % 28))}${pad(at % 24)}${pad(at % 60)}${pad(Math.floor(at / 60) % 60)}`
  const settings = { model: 'm', prompt: `from the history ${at}`, seed: at, width: 512, height: 512, steps: 12 }
  // Local time, without a zone.
  const timestamp = `${id.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3T$4:$5:$6')}.${pad(at % 1000, 6)}`
  const record = { id, timestamp, settings }
  return {
    id,
    fate: 'taken',
    prompt: settings.prompt,
    files: [
      { name: `history/${id}.png`, bytes: plain(`history ${at}`) },
      { name: `history/${id}.json`, bytes: Buffer.from(JSON.stringify(record)) },
    ],
  }
}

function older(at: number, kind: 'C' | 'E'): Made {
  const bytes = plain(`older ${kind} ${at}`)
  const ms = start + at * 1000
  const name =
    kind === 'C'
      ? `uploads/images/user-u1/${ms}-generated.png`
      : `uploads/generated/u1/u1_${ms}_${at % 10}_${sha256Of(bytes).slice(0, 8)}.png`
  return { fate: 'taken', files: [{ name, bytes }] }
}

const sound = (at: number, name: string, bytes: Buffer, prompt?: string): Made => ({
  fate: 'taken',
  files: [{ name: `${pad(at, 5)} ${name}`, bytes }],
  ...(prompt === undefined ? {} : { prompt }),
})

const story = { ai: true, steps: 4, seed: 7, width: 16, height: 16, model: 'flux' }

type Maker = (at: number) => Made | Promise<Made>

const single =
  (fate: Fate, name: string, make: (at: number) => Buffer | string): Maker =>
  (at) => ({ fate, files: [{ name: `${pad(at, 5)} ${name}`, bytes: Buffer.from(make(at)) }] })

const tools: readonly Maker[] = toolFiles.map(({ name, extension, make }) => async (at) => {
  const said = saidOf(at)
  return sound(at, `${name}.${extension}`, Buffer.from(await make(said)), said.prompt)
})

const others: readonly Maker[] = [
  (at) => older(at, 'C'),
  (at) => older(at, 'E'),
  (at) => sound(at, 'Füchse 🦊/plain.PNG', plain(`plain ${at}`)),
  (at) => {
    const prompt = `drawn by Easel ${at}`
    return sound(at, 'own.png', Buffer.from(embedMetadata(plain(prompt), { ...story, prompt })), prompt)
  },
  single('refused', 'cut.png', (at) => plain(`cut ${at}`).subarray(0, -20)),
  single('refused', 'page.png', (at) => `<!doctype html><script>alert(${at})</script>`),
  single('refused', 'empty.webp', () => ''),
  single('refused', 'drawing.png', (at) => `<svg xmlns="http://www.w3.org/2000/svg"><desc>${at}</desc></svg>`),
  single('refused', 'poly.png', (at) => Buffer.concat([plain(`poly ${at}`), Buffer.from('PK\x03\x04 archive')])),
  single('words', 'half a graph.png', (at) => pngWith(`half ${at}`, textChunk('prompt', '{"3": {"class_type": '))),
  single('words', 'a circle.png', (at) =>
    pngWith(
      `circle ${at}`,
      textChunk('prompt', '{"1":{"class_type":"KSampler","inputs":{"positive":["1",0],"latent_image":["1",0]}}}'),
    ),
  ),
  single('words', 'other types.png', (at) =>
    pngWith(`types ${at}`, textChunk('invokeai_metadata', '{"positive_prompt":[1]}')),
  ),
  single('left', 'notes.txt', (at) => `notes ${at}`),
  single('left', 'list.csv', (at) => `a,${at}`),
]

function write(root: string, { name, bytes }: File, at: number): void {
  const path = join(root, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  const time = (start + at * 60_000) / 1000
  utimesSync(path, time, time)
}

/**
 * Makes so many files, a fifth of them in an archive beside the folder.
 * @param count files, records beside pictures not counted
 */
export async function makeMixed(folder: string, count: number): Promise<Mixed> {
  const fates: Record<Fate, number> = { taken: 0, words: 0, there: 0, refused: 0, left: 0, beside: 0 }
  const prompts = new Map<string, string>()
  const historyIds: string[] = []
  const packed: File[] = []
  const root = join(folder, 'mixed')
  const makers = [...tools, ...others]
  let last: Buffer = Buffer.alloc(0)
  for (let at = 0; at < count; at++) {
    const turn = at % (makers.length + 2)
    let made: Made
    if (turn === makers.length) {
      const { id, ...rest } = history(at)
      historyIds.push(id)
      made = rest
    } else if (turn === makers.length + 1) {
      // A copy of what was made just before, whose name comes behind it.
      made = { fate: 'there', files: [{ name: `zz copies/${pad(at, 5)}.png`, bytes: last }] }
    } else made = (await (makers[turn] ?? others[0])?.(at)) ?? history(at)
    const [file, ...beside] = made.files
    fates[made.fate] += 1
    fates.beside += beside.length
    if (file !== undefined) last = file.bytes
    if (file !== undefined && made.prompt !== undefined) prompts.set(sha256Of(file.bytes), made.prompt)
    // Copies and history stay together with what they belong to.
    if (at % 5 === 0 && made.fate !== 'there' && beside.length === 0) packed.push(...made.files)
    else for (const one of made.files) write(root, one, at)
  }
  const archive = join(folder, 'more.zip')
  const modified = new Date(start)
  const zip = await createZip(async function* () {
    for (const { name, bytes } of packed) yield entryOf(name, bytes, modified)
  }, noFaults)
  await pipeline(Readable.from(zip.read(), { objectMode: false }), createWriteStream(archive))
  return { paths: [root, archive], fates, prompts, historyIds }
}
