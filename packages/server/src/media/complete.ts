import { asBuffer } from './bytes.ts'
import { formatOf } from './formats/format.ts'

/**
 * Makes sure that a picture is structurally whole, without decoding it (about 0.3 ms a megabyte): a PNG has every chunk up to IEND with the right
 * CRC-32; a JPEG has a frame, a scan and its end marker; a WebP is as long as its container says; a GIF has every block up to its trailer;
 * the boxes of an AVIF fit. Broken pixels inside a whole structure are for `derive` to find.
 *
 * Bytes behind the picture are kept, unless they are another file: see `checkBehind`.
 * @param bytes the whole file, which `probe` has accepted
 * @throws MediaError `incomplete` when it ends too early; `damaged`; `unsupported` with another file behind it
 */
export function checkComplete(bytes: Uint8Array): void {
  formatOf(bytes).check(asBuffer(bytes))
}
