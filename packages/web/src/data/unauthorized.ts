const listeners = new Set<() => void>()

/** Calls `then` whenever the server answered that it does not know who is asking. @returns how to stop that */
export function onUnauthorized(then: () => void): () => void {
  listeners.add(then)
  return () => listeners.delete(then)
}

export function tellUnauthorized(): void {
  for (const listener of listeners) listener()
}
