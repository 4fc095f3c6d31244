/** The first letters of the first and the last word, for the round mark of a person; `?` when there are none. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/)
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  const letters = ends.map((word) => Array.from(word ?? '')[0] ?? '').join('')
  return letters === '' ? '?' : letters.toLocaleUpperCase()
}
