// Brings files into the library, one after the other. Rule TR38 in docs/spec/transfer.md.
import {
  AddedImage,
  readBeside,
  routes,
  sortFiles,
  type FoundPicture,
  type ImageFacts,
  type Tag,
} from '@easel/contract'
import { ApiError, call, problemOf, wordsOf, type Call } from './client.ts'
import type { PickedFile } from './picked-files.ts'
import { ArchiveFault } from './zip-files.ts'

interface Remark {
  readonly name: string
  readonly why: string
}

/** How far it is, and in the end what became of everything. */
export interface Bringing {
  /** Pictures. */
  readonly total: number
  readonly done: number
  readonly taken: number
  /** Was there already. */
  readonly there: number
  readonly refused: number
  /** No pictures at all. */
  readonly left: number
  /** Taken without the words in their files. */
  readonly noted: number
  /** What was not taken, or not whole, and why; the first ones. */
  readonly remarks: readonly Remark[]
  /** Why it had to stop, or null. */
  readonly stopped: string | null
}

export interface BringOptions {
  readonly tags: readonly Tag[]
  readonly source: 'upload' | 'import'
  readonly signal: AbortSignal
  readonly onProgress: (now: Bringing) => void
}

/** The browser. */
export interface Ports {
  readonly fetch: typeof fetch
  readonly call: Call
  /** Null where the browser has none: on a page without TLS. */
  readonly digest: ((bytes: ArrayBuffer) => Promise<ArrayBuffer>) | null
  readonly wait: (ms: number) => Promise<void>
}

const browser: Ports = {
  fetch: (input, init) => fetch(input, init),
  call,
  digest: globalThis.crypto?.subtle === undefined ? null : (bytes) => crypto.subtle.digest('SHA-256', bytes),
  wait: async (ms) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    setTimeout(resolve, ms)
    await promise
  },
}

/** Files that the server is asked for at a time. */
const batch = 20
const shownRemarks = 200
const tries = 4
const firstWaitMs = 1000
const maxSidecar = 1024 * 1024
/** What one file can be refused for, the next one being welcome all the same. */
const aboutTheFile = new Set([400, 413, 415])

/** It cannot go on, for a reason that is not the file's. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

type Found = FoundPicture<PickedFile>

interface Looked {
  readonly name: string
  readonly blob: Blob
  readonly facts: ImageFacts
  readonly sha256: string | null
}

type Outcome =
  | { readonly kind: 'taken' | 'there'; readonly note: string | null }
  | { readonly kind: 'refused'; readonly why: string }

const hex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

async function sidecarText(sidecar: PickedFile | null): Promise<string | null> {
  return sidecar === null || sidecar.size > maxSidecar ? null : await (await sidecar.blob()).text()
}

async function look({ file, sidecar }: Found, { source }: BringOptions, ports: Ports): Promise<Looked | string> {
  try {
    const blob = await file.blob()
    if (source === 'upload') return { name: file.name, blob, facts: {}, sha256: null }
    const story = readBeside(file.name, await sidecarText(sidecar))
    if (typeof story === 'string') return story
    const sha256 = ports.digest === null ? null : hex(await ports.digest(await blob.arrayBuffer()))
    if (story.sha256 !== null && sha256 !== null && story.sha256 !== sha256)
      return 'It is not the picture that its record tells of.'
    const { exported } = story.facts
    const modified =
      exported === undefined && file.modified !== null ? { modifiedAt: new Date(file.modified).toISOString() } : {}
    return { name: file.name, blob, facts: { ...story.facts, ...modified }, sha256 }
  } catch (error) {
    if (error instanceof ArchiveFault) return error.message
    // The file was changed or taken away since it was picked.
    return `It cannot be read: ${wordsOf(error)}`
  }
}

/** Ids of those that are in the library, by checksum. */
async function knownIds(looked: readonly Looked[], { call: ask }: Ports): Promise<ReadonlyMap<string, string>> {
  const sha256 = looked.flatMap((one) => one.sha256 ?? [])
  if (sha256.length === 0) return new Map()
  const { data } = await ask(routes.knownImages, { body: { sha256 } })
  return new Map(data.map((one) => [one.sha256, one.id]))
}

function retryAfter(response: Response): number {
  const seconds = Number(response.headers.get('retry-after') ?? '1')
  return 1000 * Math.min(Math.max(Number.isFinite(seconds) ? seconds : 1, 1), 600)
}

/** Sends again what did not arrive, and waits when it is told to. @throws Stopped */
async function sending(ask: () => Promise<Response>, { signal }: BringOptions, { wait }: Ports): Promise<Response> {
  for (let failed = 0; ;) {
    signal.throwIfAborted()
    const response = await ask().catch((error: unknown) => {
      signal.throwIfAborted()
      return wordsOf(error)
    })
    if (typeof response !== 'string' && response.status === 429) {
      await wait(retryAfter(response))
      continue
    }
    if (typeof response !== 'string' && (response.status < 500 || response.status === 507)) return response
    failed += 1
    if (failed >= tries) throw new Stopped('The server does not answer. What is in stays in; start again to go on.')
    await wait(firstWaitMs * 2 ** (failed - 1))
  }
}

async function send({ name, blob, facts }: Looked, options: BringOptions, ports: Ports): Promise<Outcome> {
  const { tags, source, signal } = options
  const form = new FormData()
  form.set('record', JSON.stringify({ ...facts, source }))
  if (tags.length > 0) form.set('tags', JSON.stringify(tags))
  form.set('file', blob, name.split('/').at(-1) ?? name)
  const { path, method } = routes.addImage
  const response = await sending(() => ports.fetch(path, { method, body: form, signal }), options, ports)
  if (response.ok) {
    const { note = null } = AddedImage.parse(await response.json())
    return { kind: response.status === 201 ? 'taken' : 'there', note }
  }
  const problem = await problemOf(response)
  if (aboutTheFile.has(response.status)) return { kind: 'refused', why: problem.message }
  throw new Stopped(problem.message)
}

async function tagKnown(id: string, { tags }: BringOptions, { call: ask }: Ports): Promise<Outcome> {
  if (tags.length > 0) await ask(routes.addImageTags, { params: { id }, body: { tags: [...tags] } })
  return { kind: 'there', note: null }
}

function tally(total: number, remarks: readonly Remark[], onProgress: (now: Bringing) => void) {
  let now: Bringing = {
    total,
    done: 0,
    taken: 0,
    there: 0,
    refused: 0,
    left: remarks.length,
    noted: 0,
    stopped: null,
    remarks: remarks.slice(0, shownRemarks),
  }
  const say = (remark: Remark) => (now.remarks.length < shownRemarks ? [...now.remarks, remark] : now.remarks)
  const show = (change: Partial<Bringing>) => {
    now = { ...now, ...change }
    onProgress(now)
  }
  return {
    add(name: string, outcome: Outcome): void {
      const done = now.done + 1
      if (outcome.kind === 'refused')
        return show({ done, refused: now.refused + 1, remarks: say({ name, why: outcome.why }) })
      const { kind, note } = outcome
      const noted = note === null ? {} : { noted: now.noted + 1, remarks: say({ name, why: note }) }
      return show({ done, [kind]: now[kind] + 1, ...noted })
    },
    show,
    now: () => now,
  }
}

/** One batch: what each is, which of them are there, and then each by itself. */
async function bringBatch(
  found: readonly Found[],
  { options, ports, add }: { options: BringOptions; ports: Ports; add: (name: string, outcome: Outcome) => void },
): Promise<void> {
  const looked: Looked[] = []
  for (const one of found) {
    options.signal.throwIfAborted()
    const seen = await look(one, options, ports)
    if (typeof seen === 'string') add(one.file.name, { kind: 'refused', why: seen })
    else looked.push(seen)
  }
  const known = await knownIds(looked, ports)
  for (const one of looked) {
    options.signal.throwIfAborted()
    const id = one.sha256 === null ? undefined : known.get(one.sha256)
    add(one.name, id === undefined ? await send(one, options, ports) : await tagKnown(id, options, ports))
  }
}

/**
 * Brings in the pictures among files with what stands beside them. What an import finds in the library is not sent again; so one that broke
 * off or was given up goes on where it stopped.
 * @returns what became of everything, also when it was given up
 */
export async function bringIn(
  files: readonly PickedFile[],
  options: BringOptions,
  ports: Ports = browser,
): Promise<Bringing> {
  const { pictures, others } = sortFiles(files)
  const report = tally(pictures.length, others, options.onProgress)
  report.show({})
  try {
    for (let at = 0; at < pictures.length; at += batch) {
      await bringBatch(pictures.slice(at, at + batch), { options, ports, add: report.add })
    }
  } catch (error) {
    if (!options.signal.aborted && !(error instanceof Stopped) && !(error instanceof ApiError)) throw error
    report.show({ stopped: options.signal.aborted ? 'You stopped it. What is in stays in.' : wordsOf(error) })
  }
  return report.now()
}
