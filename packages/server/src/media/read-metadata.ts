import { asBuffer } from './bytes.ts'
import { hasAvifCredentials } from './formats/avif.ts'
import { formatOf } from './formats/format.ts'
import { hasGifCredentials } from './formats/gif.ts'
import type { Found } from './metadata/found.ts'
import { readJpeg } from './metadata/jpeg.ts'
import { readPng } from './metadata/png.ts'
import { readWebp } from './metadata/webp.ts'
import { readSourceType } from './metadata/xmp.ts'

/** What a file says about how its picture came to be. Written by anybody: to be shown as text, never trusted. */
export interface Metadata {
  /** PNG text `parameters`, or UserComment of EXIF: A1111's form, or JSON of other tools. */
  readonly parameters: string | null
  /** Address of the IPTC Digital Source Type in its XMP. */
  readonly digitalSourceType: string | null
  /** True when it has C2PA content credentials. They are not verified. */
  readonly c2pa: boolean
}

/**
 * Reads what a picture's file says about how it came to be. Texts over 8 MB, inflated, and texts that cannot be read are taken for absent.
 * Of GIF and AVIF only content credentials are read.
 * @throws MediaError when the bytes are no picture or its structure cannot be walked
 */
export function readMetadata(bytes: Uint8Array): Metadata {
  const { parameters, xmp, c2pa } = readers[formatOf(bytes).extension](asBuffer(bytes))
  return { parameters, digitalSourceType: xmp === null ? null : readSourceType(xmp), c2pa }
}

const readers = {
  png: readPng,
  jpg: readJpeg,
  webp: readWebp,
  gif: (bytes: Buffer): Found => ({ parameters: null, xmp: null, c2pa: hasGifCredentials(bytes) }),
  avif: (bytes: Buffer): Found => ({ parameters: null, xmp: null, c2pa: hasAvifCredentials(bytes) }),
} as const
