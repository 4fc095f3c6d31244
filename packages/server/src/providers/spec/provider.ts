// The provider port: what Easel asks of code that speaks one engine's protocol. Rules are numbered in docs/spec/providers.md.
import type { ModelInfo, Retirement } from '@easel/contract'
import type { z } from 'zod'
import type { Json } from '#base/json.ts'
import type { Writer } from './writing.ts'

/** One engine's protocol. `Settings` are the connection's own settings, `Options` the extra options of one request. */
export interface Provider {
  readonly manifest: Manifest
  /**
   * The image-capable models that this server or account has now.
   * @throws ProviderError when the engine cannot be asked; never answers with an empty list instead.
   */
  listModels(context: CallContext): Promise<readonly ModelInfo[]>
  /**
   * The operation that `start` is about to begin, where the engine lets its clients name their jobs. Sends nothing. It is saved before
   * the engine hears of it, so that after a crash `poll` and `cancel` find the job whose taking nobody was told. Only with `poll`.
   * Absent: between sending a request and saving the answer nobody can know what became of it.
   * @throws ProviderError when the request cannot be sent at all
   */
  prepare?(request: ImageRequest, context: CallContext): Json
  /**
   * Asks for `request.n` pictures (at most the model's `imagesPerCall`) and waits, or hands back an operation to poll.
   * The request fits the model's capabilities already: nothing is mapped or dropped here.
   * @param prepared what `prepare` gave for this request and was saved; absent: nobody looks for it after a crash
   * @throws ProviderError
   */
  start(request: ImageRequest, context: RunContext, prepared?: Json): Promise<Outcome>
  /**
   * Looks at an operation that `prepare`, `start` or `poll` handed back, also in another process and after a crash.
   * Absent: `start` never answers `pending`.
   * @throws ProviderError
   */
  poll?(operation: Json, context: RunContext): Promise<Outcome | NotTaken>
  /**
   * Tells the engine to stop an operation. Absent: aborting `context.signal` is all there is. Repeating it does no harm.
   * @throws ProviderError
   */
  cancel?(operation: Json, context: CallContext): Promise<void>
  /**
   * What to take instead of a model that the engine's maker has switched off, whether a server still lists it or not. Null: it is in
   * use, as far as is known. Absent: nothing of this engine was ever switched off.
   */
  retirement?(model: string): Retirement | null
  /** Text models of the same engine. Absent: it has none, or Easel cannot speak to them. */
  readonly writes?: Writer
}

export interface Manifest {
  /** Equals the folder's name. */
  readonly id: string
  /** As people know the engine. */
  readonly label: string
  /** One sentence for the connection form. */
  readonly description: string
  /** False when pictures are drawn by rules: they are then not marked as AI-made. */
  readonly ai: boolean
  /** The name that contract E's clients know it by. */
  readonly contractName: string
  readonly key: 'none' | 'optional' | 'required'
  /** Where the engine usually is, or null where a connection must say (or none is needed). No slash at the end. */
  readonly defaultBaseUrl: string | null
  /** True when sending the same request again costs nothing but time, so that it may be resent after a crash. */
  readonly resendSafe: boolean
  /** Calls in flight on one connection unless it says otherwise. */
  readonly defaultConcurrency: number
  /** Environment variables that make an instance connection on first start. */
  readonly environment: { readonly key?: string; readonly baseUrl?: string }
  /** Schema of the connection's own settings. */
  readonly settings: z.ZodObject
  /** Schema of one request's extra options. */
  readonly options: z.ZodObject
  /** True when it can be used with no settings at all; such a connection is there on a fresh install. */
  readonly builtIn: boolean
}

/** One call's worth of a generation. Absent fields mean the engine's own default; sizes are in pixels. */
export interface ImageRequest {
  readonly model: string
  readonly prompt: string
  readonly negativePrompt?: string
  /** 1 … the model's `imagesPerCall`. */
  readonly n: number
  /** Present for models whose size rule is `free` or `fixed`. */
  readonly width?: number
  readonly height?: number
  /** Present for models whose size rule is `ratio`, e.g. `16:9`. */
  readonly aspectRatio?: string
  /** 0 … `seedMax`. Present whenever the model takes a seed. Picture i of the call uses seed + i. */
  readonly seed?: number
  readonly steps?: number
  readonly guidance?: number
  readonly strength?: number
  readonly quality?: string
  readonly style?: string
  readonly background?: string
  readonly outputFormat?: string
  readonly sampler?: string
  readonly sources: readonly SourceImage[]
  /** PNG with alpha, the size of the first source; transparent pixels are repainted. */
  readonly mask?: SourceImage
  /** Checked against `manifest.options`. */
  readonly options: Readonly<Record<string, unknown>>
}

export interface SourceImage {
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly width: number
  readonly height: number
}

/** What every call gets. */
export interface CallContext {
  /** The connection's address without a slash at the end, else the manifest's default, else the empty string. */
  readonly baseUrl: string
  /** The connection's key in clear, or null. Must not appear in an error, a log or an answer. */
  readonly key: string | null
  /** Checked against `manifest.settings`. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Aborted when the generation is cancelled, the worker stops or the time is up. */
  readonly signal: AbortSignal
  readonly http: EngineHttp
}

export interface RunContext extends CallContext {
  /**
   * Tells how far the call is. `completed` and `total` count steps of this call. `preview` is a small picture (PNG, JPEG
   * or WebP). Cheap: calls that come too fast are dropped by the receiver. Never throws.
   */
  progress(sign: { completed: number; total: number; preview?: Uint8Array }): void
  readonly pixels: Pixels
}

/** Decoding and encoding, which only `media` can do. */
export interface Pixels {
  /**
   * Decodes PNG, JPEG, WebP, AVIF or GIF, scaled to cover `width` × `height` exactly (centre crop), to RGBA, 4 bytes a pixel.
   * @throws ProviderError with kind `bad-request` when the bytes are no usable picture.
   */
  decode(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array>
  /** Encodes RGBA (4 bytes a pixel) as PNG. */
  encodePng(rgba: Uint8Array, width: number, height: number): Promise<Uint8Array>
  /** Encodes RGBA as a small JPEG for previews. */
  encodePreview(rgba: Uint8Array, width: number, height: number): Promise<Uint8Array>
}

/**
 * The way to an engine. Requests go to the connection's own origin; anything else is a download and is guarded (public
 * addresses only, checked after DNS and on every redirect, size and time limits).
 */
export interface EngineHttp {
  /**
   * One HTTP request to the connection's own server. Redirects to another origin are refused. `path` is appended to the base URL.
   * @throws ProviderError with kind `unavailable` (with advice `safe-to-resend` when the connection was surely not made), `timeout`.
   */
  request(path: string, init: EngineRequest): Promise<EngineResponse>
  /**
   * Fetches a result that an engine named by URL, without credentials unless it is on the connection's own origin.
   * Retried on its own, three times. @throws ProviderError
   */
  download(url: string, limits: { maxBytes: number; timeoutMs: number }): Promise<Uint8Array>
  /**
   * A WebSocket to the connection's own server, under the same rule as requests; no redirect is followed. Absent where there is no
   * way to open one: a provider has to do without then.
   * @throws ProviderError when it does not open
   */
  socket?(path: string, init: EngineSocketInit): Promise<EngineSocket>
}

export interface EngineSocketInit {
  readonly headers?: Readonly<Record<string, string>>
  /** Milliseconds until the handshake must be done. */
  readonly openTimeoutMs: number
  /** Gets every message as it comes: text, or bytes. Must not throw. */
  onMessage(data: string | Uint8Array): void
}

export interface EngineSocket {
  send(text: string): void
  /** Resolves when the connection is over, whoever ended it. */
  readonly closed: Promise<void>
  close(): void
}

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  /** A value sent as JSON, or a multipart form. */
  readonly json?: unknown
  readonly form?: FormData
  /** Milliseconds until the answer's headers must be there. */
  readonly headersTimeoutMs: number
  /** Milliseconds of silence allowed while the body comes. */
  readonly bodyTimeoutMs: number
  /** Most bytes of body that are read. */
  readonly maxBytes: number
  /** Ends this request instead of the call's own signal: for telling an engine to stop after the call was aborted. */
  readonly signal?: AbortSignal
}

export interface EngineResponse {
  readonly status: number
  readonly headers: Headers
  /** The whole body, decoded. @throws ProviderError when it is too large, stalls or breaks off. */
  bytes(): Promise<Uint8Array>
  text(): Promise<string>
  /**
   * @param picturesIn the name of the fields that hold pictures as base64: large ones come as their bytes (`Uint8Array`), all that is
   * small or not plain base64 as the text it is
   * @throws ProviderError with kind `malformed-response`, also for HTML where JSON was promised.
   */
  json(picturesIn?: string): Promise<unknown>
  /** The body as it comes. Leaving the loop closes the connection. */
  chunks(): AsyncIterable<Uint8Array>
}

/** Three outcomes of a call that did not throw, and one more to wait for. */
export type Outcome =
  | { readonly kind: 'done'; readonly images: readonly ProducedImage[]; readonly cost?: Cost }
  /** Refused on grounds of content. `reason` is in the engine's own words. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** `operation` survives JSON and is all that `poll` needs. */
  | { readonly kind: 'pending'; readonly operation: Json; readonly lookAgainMs: number }

/** What became of an operation that was only prepared: the engine surely never took it, so that the request may be sent. */
export interface NotTaken {
  readonly kind: 'not-taken'
}

export interface ProducedImage {
  /** As the engine sent them; never re-encoded, and handed over. The type is read from the bytes by whoever stores them. */
  readonly bytes: Uint8Array
  readonly seed?: number
  readonly revisedPrompt?: string
  /** What the picture shows, where the engine says so. */
  readonly description?: string
  /** Facts worth keeping, such as steps and sampler really used. */
  readonly parameters?: Readonly<Record<string, Json>>
}

export interface Cost {
  readonly amount: number
  /** ISO 4217, e.g. `USD`. */
  readonly currency: string
}
