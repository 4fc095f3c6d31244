import type { SourceFile } from './source.ts'

export interface Line {
  /** From 1. */
  readonly number: number
  /** Null for one that is longer than allowed. */
  readonly text: string | null
}

/** Lines of a file one after the other, however long it is. Empty ones are left out. */
export async function* linesOf(file: SourceFile, maxBytes: number): AsyncGenerator<Line, void, undefined> {
  let parts: Uint8Array[] = []
  let length = 0
  let number = 0
  function* end(): Generator<Line, void, undefined> {
    number += 1
    const text = length > maxBytes ? null : Buffer.concat(parts).toString().trim()
    parts = []
    length = 0
    if (text !== '') yield { number, text }
  }
  const add = (part: Uint8Array): void => {
    length += part.length
    if (length <= maxBytes) parts.push(part)
    else parts = []
  }
  for await (const chunk of file.stream()) {
    let from = 0
    for (let to = chunk.indexOf(10); to !== -1; to = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, to))
      yield* end()
      from = to + 1
    }
    add(chunk.subarray(from))
  }
  if (length > 0) yield* end()
}

/** Reads a file to its end. @throws when it is not what it says, so that nothing is taken from a damaged one */
export async function checkWhole(file: SourceFile): Promise<void> {
  for await (const part of file.stream()) void part
}
