import { useSyncExternalStore } from 'react'
import type { ZodType } from 'zod'

/** A value that lives in the browser's storage and is watched by everything that shows it. */
export interface Stored<T> {
  get(): T
  set(value: T): void
  subscribe(listener: () => void): () => void
}

/** The part of the browser's storage that is used here. */
export type KeyValue = Pick<Storage, 'getItem' | 'setItem'>

export interface StoredOptions<T> {
  readonly name: string
  readonly schema: ZodType<T>
  readonly fallback: T
  readonly storage?: KeyValue | null
}

/** What is stored under the name, or the fallback when there is nothing, or nothing of that form. */
function readStored<T>(storage: KeyValue | null, { name, schema, fallback }: StoredOptions<T>): T {
  try {
    const parsed = schema.safeParse(JSON.parse(storage?.getItem(name) ?? 'null'))
    return parsed.success ? parsed.data : fallback
  } catch {
    return fallback // not JSON, or storage is forbidden: as on the first visit
  }
}

/** Makes a {@link Stored}. Where the browser forbids storage the value lives as long as the page. */
export function createStored<T>(options: StoredOptions<T>): Stored<T> {
  const storage = options.storage === undefined ? browserStorage() : options.storage
  let value = readStored(storage, options)
  const listeners = new Set<() => void>()
  return {
    get: () => value,
    set: (next) => {
      value = next
      try {
        storage?.setItem(options.name, JSON.stringify(next))
      } catch {
        // Full or forbidden: the value still holds until the page is closed.
      }
      for (const listener of listeners) listener()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function browserStorage(): KeyValue | null {
  try {
    return globalThis.localStorage ?? null
  } catch {
    return null // reading the property itself throws where cookies are blocked
  }
}

/** The stored value, and drawing anew when it changes. */
export function useStored<T>(stored: Stored<T>): [T, (value: T) => void] {
  const value = useSyncExternalStore(stored.subscribe, stored.get)
  return [value, stored.set]
}
