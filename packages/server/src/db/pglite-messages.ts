// What the main thread and the thread of the embedded database say to each other. One request is under way at a time.

/** Messages of PostgreSQL's protocol. */
export type ToWorker = Uint8Array<ArrayBuffer> | 'close'

export type FromWorker =
  | { readonly kind: 'answer'; readonly answer: Uint8Array<ArrayBuffer> | null }
  /** PGlite itself failed: between threads all but the message is lost. */
  | { readonly kind: 'error'; readonly message: string }
