// A picture as it is delivered by its name. Rule CX8 in docs/spec/old-clients.md.
import { EaselError } from '#base/errors.ts'
import type { ImageRow } from '#library/image-record.ts'
import type { PngCopies } from '#library/png-copy.ts'
import { blobOf } from './routes/images.ts'
import type { Blob } from './send-blob.ts'

/** Names that end in `.png` always deliver PNG, whatever the picture is kept as. @throws EaselError `not-found` when it cannot be had */
export async function namedBlob(pngCopies: PngCopies, row: ImageRow): Promise<Blob> {
  const blob = blobOf(row)
  if (row.mime_type === 'image/png' || !/\.png$/i.test(row.filename)) return blob
  const copy = await pngCopies.of(row)
  if (copy === null) throw new EaselError('not-found', 'The file of this picture cannot be read.')
  const { storageKey, size, version } = copy
  return { ...blob, storageKey, size, sha256: version, mimeType: 'image/png' }
}
