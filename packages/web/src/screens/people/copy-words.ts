import type { CopiedImage } from '@easel/contract'
import { count } from '#parts/format.ts'

/** What became of pictures that were to be copied, in words. */
export function copyWords(copied: readonly CopiedImage[]): string {
  const made = copied.filter(({ copyId, isNew }) => copyId !== null && isNew).length
  const there = copied.filter(({ copyId, isNew }) => copyId !== null && !isNew).length
  const failed = copied.filter(({ copyId }) => copyId === null)
  const words = [
    made > 0 ? `${count(made, 'picture is', 'pictures are')} in your library now` : '',
    there > 0 ? `${count(there, 'picture was', 'pictures were')} there already` : '',
    failed.length > 0
      ? `${count(failed.length, 'picture', 'pictures')} could not be copied: ${failed[0]?.problem}`
      : '',
  ]
  return words.filter((part) => part !== '').join('. ')
}
