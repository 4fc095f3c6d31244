/**
 * The prompt that ↑ (`older`) or ↓ (`newer`) brings into a box that is empty or shows an earlier prompt unchanged;
 * null where the key keeps its usual meaning. `history` is newest first.
 */
export function stepHistory(history: readonly string[], shown: string, direction: 'older' | 'newer'): string | null {
  const at = shown === '' ? -1 : history.indexOf(shown)
  if (shown !== '' && at === -1) return null
  if (direction === 'older') return history[at + 1] ?? null
  if (at === -1) return null
  return at === 0 ? '' : (history[at - 1] ?? null)
}
