// An Easel somewhere, as a program uses it. Rules in docs/spec/client.md (CL1 …).
import {
  routes,
  type Generation,
  type GenerationRequest,
  type Image,
  type ImageFacts,
  type PictureFormat,
  type Tag,
} from '@easel/contract'
import { addressOf, ApiError, createCall, problemOf, type Call } from './call.ts'
import { waitForGeneration, type WaitOptions } from './wait.ts'

export interface EaselOptions {
  /** Its address, such as `https://easel.example`. */
  readonly server: string
  /** An API key; a server without sign-in needs none. */
  readonly key?: string | undefined
  /** Absent: that of the platform. */
  readonly fetch?: typeof fetch | undefined
}

export interface GenerateOptions extends WaitOptions {
  /** The same key and request give the same generation, so that a submit whose answer was lost can be repeated. Absent: a new one. */
  readonly idempotencyKey?: string | undefined
}

export interface DownloadForm {
  /** Absent: the file as it is kept. */
  readonly format?: PictureFormat | undefined
  /** 1 to 100, of what is compressed with loss. */
  readonly quality?: number | undefined
  /** Pixels at most. */
  readonly longestSide?: number | undefined
  /** Whether the file may say how it was made. Absent: yes. */
  readonly prompt?: boolean | undefined
}

export interface Downloaded {
  readonly bytes: Uint8Array
  readonly mimeType: string
  /** A plain name with the extension that fits. */
  readonly filename: string
}

export interface UploadOptions {
  readonly record?: ImageFacts | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Uploaded {
  readonly image: Image
  /** False: the library had it already. */
  readonly isNew: boolean
  /** What could not be taken of it, or null. */
  readonly note: string | null
}

export interface Easel {
  /** Where it is, without a path. */
  readonly origin: string
  /** Any row of the route table, typed by it. */
  readonly call: Call
  /** Any address of this server, with the key; for bytes and streams. */
  readonly fetch: typeof fetch
  /** Submits and waits for the end, which may be a failure: see `state` and `error`. @throws ApiError when it is refused */
  generate(request: GenerationRequest, options?: GenerateOptions): Promise<Generation>
  /** Submits; the answer is there at once. @throws ApiError when it is refused */
  submit(request: GenerationRequest, options?: Pick<GenerateOptions, 'idempotencyKey' | 'signal'>): Promise<Generation>
  /** A generation, once it has ended. @throws ApiError; the signal's reason when aborted */
  wait(id: string, options?: WaitOptions): Promise<Generation>
  /** Brings a picture into the library. @throws ApiError when it is refused */
  upload(file: { readonly name: string; readonly bytes: Uint8Array }, options?: UploadOptions): Promise<Uploaded>
  /** The file of a picture. @throws ApiError */
  download(imageId: string, form?: DownloadForm, signal?: AbortSignal): Promise<Downloaded>
}

function originOf(server: string): string {
  const url = URL.canParse(server) ? new URL(server) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new TypeError(`${server} is no address of a server.`)
  return url.origin
}

/** The name in a Content-Disposition, which this server always quotes. */
const nameIn = (header: string | null): string | null => /filename="([^"\\/]+)"/.exec(header ?? '')?.[1] ?? null

/** Speaks to an Easel. Nothing is asked yet. @throws TypeError for what is no address */
export function createEasel({ server, key, fetch: send = fetch }: EaselOptions): Easel {
  const origin = originOf(server)

  const fetchHere: typeof fetch = async (input, init = {}) => {
    const url = new URL(typeof input === 'string' ? input : input instanceof URL ? input.href : input.url, origin)
    // A key belongs to this server alone.
    if (url.origin !== origin) throw new TypeError(`${url.origin} is another server than ${origin}.`)
    const headers = new Headers(init.headers)
    if (key !== undefined) headers.set('authorization', `Bearer ${key}`)
    return await send(url, { ...init, headers, redirect: 'error' })
  }
  const call = createCall(fetchHere)

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const response = await fetchHere(path, init).catch((cause: unknown) => {
      init.signal?.throwIfAborted()
      throw new ApiError('away', 'The server does not answer', { cause })
    })
    if (!response.ok) throw await problemOf(response)
    return response
  }

  const submit: Easel['submit'] = async (body, { idempotencyKey = crypto.randomUUID(), signal } = {}) =>
    await call(
      routes.createGeneration,
      { body },
      { headers: { 'idempotency-key': idempotencyKey }, ...(signal === undefined ? {} : { signal }) },
    )
  const wait: Easel['wait'] = (id, options) => waitForGeneration({ call, fetch: fetchHere }, id, options)

  return {
    origin,
    call,
    fetch: fetchHere,
    submit,
    wait,
    async generate(request, options = {}) {
      const { id } = await submit(request, options)
      return await wait(id, options)
    },
    async upload({ name, bytes }, { record = {}, tags = [], signal } = {}) {
      const body = new FormData()
      body.set('record', JSON.stringify(record))
      body.set('tags', JSON.stringify(tags))
      body.set('file', new Blob([new Uint8Array(bytes)]), name)
      const { path, method, response } = routes.addImage
      const answer = await ask(path, { method, body, signal: signal ?? null })
      const { data, note = null } = response.parse(await answer.json())
      return { image: data, isNew: answer.status === 201, note }
    },
    async download(id, form = {}, signal) {
      const path = addressOf('/api/images/:id/file', { params: { id }, query: { ...form, download: true } })
      const answer = await ask(path, { signal: signal ?? null })
      const mimeType = answer.headers.get('content-type') ?? 'application/octet-stream'
      const filename = nameIn(answer.headers.get('content-disposition')) ?? id
      return { bytes: new Uint8Array(await answer.arrayBuffer()), mimeType, filename }
    },
  }
}
