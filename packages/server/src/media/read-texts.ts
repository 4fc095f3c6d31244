import { asBuffer } from './bytes.ts'
import { avifTiff } from './formats/avif-exif.ts'
import { formatOf } from './formats/format.ts'
import { gifComment } from './formats/gif-comment.ts'
import { readExifTexts } from './metadata/exif-texts.ts'
import { maxTextBytes } from './metadata/found.ts'
import { jpegTiff } from './metadata/jpeg.ts'
import { readPngTexts } from './metadata/png.ts'
import { webpTiff } from './metadata/webp.ts'

/**
 * The texts in a picture's file, by name; null for one that is there but cannot be read: broken, or longer than 8 MB. PNG texts have
 * their keyword's name, those of EXIF their tag's behind `exif:`, the comment of a GIF is `comment`. Written by anybody.
 */
export type PictureTexts = ReadonlyMap<string, string | null>

/**
 * Reads the texts that a file may have been given by what made it. XMP is left to `readMetadata`.
 * @param wanted names of PNG texts that are of interest: all others are passed over, and of each the first counts
 * @throws MediaError when the bytes are no picture or its structure cannot be walked
 */
export function readTexts(bytes: Uint8Array, wanted: ReadonlySet<string>): PictureTexts {
  const buffer = asBuffer(bytes)
  switch (formatOf(bytes).extension) {
    case 'png':
      return readPngTexts(buffer, wanted)
    case 'jpg':
      return exifTexts(jpegTiff(buffer))
    case 'webp':
      return exifTexts(webpTiff(buffer))
    case 'avif':
      return exifTexts(avifTiff(buffer))
    case 'gif': {
      const comment = gifComment(buffer, maxTextBytes)
      return new Map(comment === null ? [] : [['comment', comment.text]])
    }
  }
}

function exifTexts(tiff: Buffer | null): PictureTexts {
  const found = tiff === null ? [] : [...readExifTexts(tiff)]
  return new Map(found.map(([name, text]) => [`exif:${name}`, text]))
}
