/** The value that an address's fragment gives a name, e.g. `#code=abc`; null when it gives none. */
export function fragmentValue(fragment: string, name: string): string | null {
  const value = new URLSearchParams(fragment.replace(/^#/, '')).get(name)
  return value === null || value === '' ? null : value
}
