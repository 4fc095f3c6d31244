// What a part of an archive is kept as: a line of JSON an entry.
import { crc32 } from 'node:zlib'
import { z } from 'zod'
import type { Storage } from '#storage/spec/storage.ts'
import { stored } from '../export/export.ts'
import type { ZipEntry } from '../zip/zip.ts'
import type { EntryFacts } from '../zip/zip-records.ts'

const named = { name: z.string(), ms: z.number() }
/** A stored file as it is. */
const FileLine = z.object({ ...named, key: z.string(), size: z.int(), crc32: z.int() })
/** A text, which stands in the line. */
const TextLine = z.object({ ...named, text: z.string() })
/** A picture that is made when it is sent. */
const MadeLine = z.object({ ...named, imageId: z.string() })

export const Line = z.union([FileLine, TextLine, MadeLine])
export type Line = z.infer<typeof Line>
/** Of an archive whose files go as they are. */
export type StoredLine = z.infer<typeof FileLine> | z.infer<typeof TextLine>
export type TextLine = z.infer<typeof TextLine>
export type MadeLine = z.infer<typeof MadeLine>

export const linesOf = (entries: string): readonly Line[] =>
  entries.split('\n').map((line) => Line.parse(JSON.parse(line)))

export function factsOf(line: StoredLine): EntryFacts {
  const modified = new Date(line.ms)
  if ('key' in line) return { name: line.name, size: line.size, crc32: line.crc32, modified }
  const bytes = Buffer.from(line.text)
  return { name: line.name, size: bytes.length, crc32: crc32(bytes), modified }
}

export function entryOf(storage: Storage, line: StoredLine): ZipEntry {
  const facts = factsOf(line)
  if ('key' in line) return { ...facts, open: (range) => stored(storage, line.key, range) }
  const { text } = line
  return {
    ...facts,
    async *open({ first, last }) {
      yield Buffer.from(text).subarray(first, last + 1)
    },
  }
}
