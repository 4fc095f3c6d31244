/** Steps of the slider between two pictures, in per cent of their width. */
const step = 2
const leap = 10

/** Where a key moves the divider, 0 to 100; null: it is no key of a slider. */
export function movedByKey(at: number, { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>): number | null {
  const by = shiftKey ? leap : step
  const moved: Readonly<Record<string, number>> = {
    ArrowLeft: at - by,
    ArrowDown: at - by,
    ArrowRight: at + by,
    ArrowUp: at + by,
    PageDown: at - leap,
    PageUp: at + leap,
    Home: 0,
    End: 100,
  }
  const wanted = moved[key]
  return wanted === undefined ? null : Math.min(100, Math.max(0, wanted))
}

/** Where a pointer puts it. */
export function movedByPointer(x: number, { left, width }: Pick<DOMRect, 'left' | 'width'>): number {
  if (width === 0) return 50
  return Math.min(100, Math.max(0, ((x - left) / width) * 100))
}
