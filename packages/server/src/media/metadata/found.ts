/** What a file holds besides its pixels, as far as Easel reads it. */
export interface Found {
  /** The text other tools call `parameters`. */
  readonly parameters: string | null
  /** The XMP packet. */
  readonly xmp: string | null
  /** True when the file has C2PA content credentials. */
  readonly c2pa: boolean
}

/** The longest text that is read, in bytes after inflating. */
export const maxTextBytes = 8 * 1024 * 1024
