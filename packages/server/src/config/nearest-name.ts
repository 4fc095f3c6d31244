/** How many single letters must be added, removed or changed to turn one word into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}

/** The name that was probably meant, or null when none is near. */
export function nearestName(name: string, names: readonly string[]): string | null {
  const ranked = names.map((candidate) => ({ candidate, steps: distance(name, candidate) }))
  const best = ranked.sort((a, b) => a.steps - b.steps)[0]
  return best !== undefined && best.steps <= 4 ? best.candidate : null
}
