/** The name of a list that was a file: `Wild Animals (2).txt` becomes `Wild-Animals-2`. */
export function listNameOf(filename: string): string {
  const name = filename
    .replace(/\.[^.]*$/, '')
    .replaceAll(/[^\p{L}\p{N}/_-]+/gu, '-')
    .replaceAll(/_{2,}/g, '_')
    .replace(/^[^\p{L}\p{N}]+/u, '')
    .slice(0, 60)
    .toWellFormed()
    .replace(/[_-]+$/, '')
  return name === '' ? 'list' : name
}
