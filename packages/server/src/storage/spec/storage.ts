// The blob port: named bytes. Rules are numbered in docs/spec/storage.md (ST1 …).
import { EaselError } from '#base/errors.ts'

/** Bytes in one chunk of a body, the last excepted. */
export const chunkBytes = 256 * 1024

/**
 * Where files are kept. Keys are relative paths of `/`-separated segments, 1,024 bytes at most; a segment is 1–255 bytes of
 * `[A-Za-z0-9._-]` and neither begins nor ends with a dot (ST1). Every method throws {@link StorageError}.
 */
export interface Storage {
  /**
   * Stores `bytes` under `key` whole or not at all; when it returns they survive a power cut (ST2). Replaces what was there.
   * @param key where; @param bytes what
   */
  put(key: string, bytes: Uint8Array): Promise<void>
  /**
   * Stores several blobs as {@link Storage.put} does, written side by side. They come into sight in the order of the list: no error and
   * no process that dies leaves one without those before it (ST11).
   * When bytes that are still being made fail, neither they nor what comes after them is stored.
   */
  putAll(blobs: readonly Blob[]): Promise<void>
  /**
   * Opens a blob for reading.
   * @param range first and last byte, both inclusive and inside the blob; absent: everything
   * @returns its whole size in bytes and the asked bytes as they come (256 KiB chunks), or null when there is no such blob (ST3).
   * Read the body, or leave it by its iterator's `return()`: it holds a file or a connection until then
   */
  get(key: string, range?: ByteRange): Promise<{ size: number; body: AsyncIterable<Uint8Array> } | null>
  /** All bytes of a blob, or null when there is none. */
  read(key: string): Promise<Uint8Array | null>
  /** Size in bytes and time of writing in ms since 1970, or null when there is no such blob. */
  stat(key: string): Promise<{ size: number; modifiedMs: number } | null>
  /** Removes a blob. True when it was there; removing what is not there is no error (ST4). */
  delete(key: string): Promise<boolean>
  /**
   * Every key that begins with `prefix` (a whole number of segments, or empty), in order, temporary files never (ST5).
   */
  list(prefix: string): AsyncIterable<{ key: string; size: number; modifiedMs: number }>
  /** Bytes free for new blobs, or null where there is no such limit. */
  free(): Promise<number | null>
  /**
   * Makes an address at which anybody reads a blob from the store itself for a while (ST16); absent where there is none.
   * @param key which blob; whether it is there is not looked up. @param read how it is answered
   * @returns an absolute URL. It holds whatever happens meanwhile
   */
  readonly sign?: (key: string, read: SignedRead) => Promise<string>
}

export interface SignedRead {
  /** How long the address holds, in whole seconds, 1 or more. */
  readonly seconds: number
  /** Headers of the answer. */
  readonly contentType: string
  readonly contentDisposition: string
  readonly cacheControl: string
}

export interface Blob {
  readonly key: string
  /** Those that are still being made are waited for, while others are written where a backend can do that. */
  readonly bytes: Uint8Array | Promise<Uint8Array>
}

export interface ByteRange {
  readonly first: number
  readonly last: number
}

/**
 * `bad-key`: the key is not one (ST1); `full`: no room, nothing was stored; `range`: outside the blob; `failed`: the store
 * could not do it, and under the key is what was there before or, whole, what was to be stored; `unreachable`: the same, and
 * the store is elsewhere and does not answer, or says that it cannot now: the same may work in a while (ST12).
 */
export type StorageFault = 'bad-key' | 'full' | 'range' | 'failed' | 'unreachable'

const codes = { full: 'disk-full', unreachable: 'storage-unavailable' } as const

export class StorageError extends EaselError {
  override readonly name = 'StorageError'
  readonly fault: StorageFault
  constructor(fault: StorageFault, message: string, cause?: unknown) {
    super(fault === 'full' || fault === 'unreachable' ? codes[fault] : 'internal', message, { cause })
    this.fault = fault
  }
}

/** How a store that is elsewhere is reached, and who asks it. Null: not said. */
export interface StorageAccess {
  /** Address of the service, where it is not the one of its region. */
  readonly endpoint: string | null
  /** The same service as those who follow a signed address reach it. */
  readonly publicEndpoint: string | null
  readonly region: string | null
  readonly keyId: string | null
  readonly secretKey: string | null
  readonly sessionToken: string | null
}

/** What a storage folder's `storage.ts` exports as `backend`; `bin` finds it by scanning. */
export interface StorageBackend {
  /** Equals the folder's name. */
  readonly id: string
  /** URL schemes of `EASEL_STORAGE` that it serves, e.g. `file:`. */
  readonly schemes: readonly string[]
  /**
   * Opens the store at `location`.
   * @param access for a store that is elsewhere; absent: nothing is said of it
   * @throws StorageError when it cannot be used, whose message says why to who runs the server
   */
  open(location: URL, access?: StorageAccess): Promise<Storage>
}
