/** The ids before and after one in a list; null at its ends and where it is not in the list. */
export function neighboursOf(
  list: readonly { readonly id: string }[],
  id: string,
): { previous: string | null; next: string | null } {
  const at = list.findIndex((item) => item.id === id)
  if (at === -1) return { previous: null, next: null }
  return { previous: list[at - 1]?.id ?? null, next: list[at + 1]?.id ?? null }
}
