import type { ImageRow } from '#library/image-record.ts'

/** Characters: more than a file manager shows anyway. */
const most = 80

const segmenter = new Intl.Segmenter()

/** No character is cut in two, however many code points it has. */
const beginning = (text: string): string =>
  Array.from(segmenter.segment(text.slice(0, 10 * most)), ({ segment }) => segment)
    .slice(0, most)
    .join('')

const wordsIn = (text: string): readonly string[] => text.match(/[\p{L}\p{M}\p{N}\p{Emoji_Presentation}'’-]+/gu) ?? []

/** As many whole words as fit; of a first one that is longer, its beginning. */
function fitting(words: readonly string[]): string {
  let text = ''
  for (const word of words) {
    const longer = text === '' ? word : `${text} ${word}`
    if (longer.length > most) break
    text = longer
  }
  return text === '' ? beginning(words[0] ?? '') : text
}

const withoutExtension = (filename: string): string => filename.replace(/\.[A-Za-z0-9]{1,10}$/, '')

/**
 * What a picture is called where it is taken out, for people: its title; else the first words of its prompt; else the name it was brought
 * in by; else the one that it is kept by.
 * @param extension of the file that goes out, without the dot
 * @returns one segment of a path
 */
export function pictureName(
  row: Pick<ImageRow, 'title' | 'prompt' | 'filename' | 'parameters'>,
  extension: string,
): string {
  const { title, prompt, filename, parameters } = row
  const brought =
    typeof parameters === 'object' && parameters !== null && 'originalFilename' in parameters
      ? String(parameters.originalFilename)
      : ''
  const candidates = [
    beginning(title ?? ''),
    fitting(wordsIn(prompt ?? '')),
    withoutExtension(brought.split(/[/\\]/).at(-1) ?? ''),
    withoutExtension(filename),
  ]
  const stem = candidates.map((text) => text.replaceAll(/[\s/\\]+/g, ' ').trim()).find((text) => text !== '')
  return `${stem ?? 'picture'}.${extension}`
}
