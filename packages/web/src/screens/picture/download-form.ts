import type { PictureForm, PictureFormat } from '@easel/contract'

/** What is chosen; null: as it is by itself. */
export interface Wish {
  readonly format: PictureFormat
  readonly quality: number | null
  readonly longestSide: number | null
  readonly prompt: boolean
}

export const formats: readonly { readonly value: PictureFormat; readonly label: string }[] = [
  { value: 'original', label: 'Original' },
  { value: 'png', label: 'PNG' },
  { value: 'jpeg', label: 'JPEG' },
  { value: 'webp', label: 'WebP' },
  { value: 'avif', label: 'AVIF' },
]

/** What the server takes by itself; null for what has no quality. */
export const qualities: Readonly<Record<PictureFormat, number | null>> = {
  original: null,
  png: null,
  jpeg: 90,
  webp: 85,
  avif: 60,
}

const smallest = 16
const largest = 16_383

/** As it is sent: only what the format has. */
export function formOf({ format, quality, longestSide, prompt }: Wish): PictureForm {
  return {
    format,
    prompt,
    ...(quality === null || qualities[format] === null ? {} : { quality }),
    ...(longestSide === null || format === 'original'
      ? {}
      : { longestSide: Math.min(largest, Math.max(smallest, longestSide)) }),
  }
}

/** What becomes of the files, in a sentence or two. */
export function noteOf({ format, prompt }: Wish, many: boolean): string {
  const mark = 'The mark that tells AI pictures from others stays in the file.'
  if (format !== 'original') {
    const made = many
      ? 'The pictures are made while the archive is downloaded, so nobody knows beforehand how large it is.'
      : 'The picture is made anew; only the original keeps its content credentials.'
    return prompt ? made : `${made} ${mark}`
  }
  if (prompt) return many ? 'Every file byte for byte, in one zip archive.' : 'The file, byte for byte.'
  return `The pixels stay as they are. ${mark} Content credentials go, because they could tell the prompt.`
}
