// The records of a zip archive: APPNOTE.TXT 6.3.10 (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), sections 4.3 and 4.5.3.

/** What the records say of an entry. */
export interface EntryFacts {
  /** Relative, `/` between folders. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Unsigned. */
  readonly crc32: number
  /** Written in UTC, in steps of two seconds. */
  readonly modified: Date
}

/** Values that do not fit into 32 or 16 bits stand in the zip64 fields instead. */
const full32 = 0xffff_ffff
const full16 = 0xffff
const utf8Flag = 0x0800
const plainVersion = 20
const zip64Version = 45
/** Made on Unix, so that the mode below counts. */
const madeBy = (3 << 8) | zip64Version
const regularFile = 0o100644

const isLarge = (value: number): boolean => value >= full32
const fit32 = (value: number): number => (isLarge(value) ? full32 : value)

function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0)
  const extra = Buffer.alloc(4 + 8 * values.length)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(8 * values.length, 2)
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index)
  return extra
}

/** Time and date of MS-DOS, which begin in 1980 and end in 2107. */
function dosTime(modified: Date): { time: number; date: number } {
  const year = Math.min(2107, Math.max(1980, modified.getUTCFullYear()))
  return {
    time: (modified.getUTCHours() << 11) | (modified.getUTCMinutes() << 5) | (modified.getUTCSeconds() >> 1),
    date: ((year - 1980) << 9) | ((modified.getUTCMonth() + 1) << 5) | modified.getUTCDate(),
  }
}

/** What the local header and the entry of the directory have in common: 26 bytes, from "version needed" to "extra field length". */
function common(entry: EntryFacts, name: Buffer, extra: Buffer): Buffer {
  const { time, date } = dosTime(entry.modified)
  const fields = Buffer.alloc(26)
  fields.writeUInt16LE(extra.length > 0 ? zip64Version : plainVersion, 0)
  fields.writeUInt16LE(utf8Flag, 2)
  fields.writeUInt16LE(0, 4)
  fields.writeUInt16LE(time, 6)
  fields.writeUInt16LE(date, 8)
  fields.writeUInt32LE(entry.crc32, 10)
  fields.writeUInt32LE(fit32(entry.size), 14)
  fields.writeUInt32LE(fit32(entry.size), 18)
  fields.writeUInt16LE(name.length, 22)
  fields.writeUInt16LE(extra.length, 24)
  return fields
}

/** What stands before an entry's bytes. */
export function localHeader(entry: EntryFacts): Buffer {
  const name = Buffer.from(entry.name)
  const extra = zip64Extra(isLarge(entry.size) ? [entry.size, entry.size] : [])
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common(entry, name, extra), name, extra])
}

/** An entry of the directory at the end. @param offset where its local header begins */
export function directoryEntry(entry: EntryFacts, offset: number): Buffer {
  const name = Buffer.from(entry.name)
  const extra = zip64Extra([
    ...(isLarge(entry.size) ? [entry.size, entry.size] : []),
    ...(isLarge(offset) ? [offset] : []),
  ])
  const head = Buffer.from('PK\x01\x02\0\0', 'latin1')
  head.writeUInt16LE(madeBy, 4)
  const tail = Buffer.alloc(14)
  tail.writeUInt32LE((regularFile << 16) >>> 0, 6)
  tail.writeUInt32LE(fit32(offset), 10)
  return Buffer.concat([head, common(entry, name, extra), tail, name, extra])
}

/** Length of {@link localHeader}, without making it. */
export function localHeaderLength({ name, size }: EntryFacts): number {
  return 30 + Buffer.byteLength(name) + (isLarge(size) ? 20 : 0)
}

/** Length of {@link directoryEntry}, without making it. */
export function directoryEntryLength({ name, size }: EntryFacts, offset: number): number {
  const values = (isLarge(size) ? 2 : 0) + (isLarge(offset) ? 1 : 0)
  return 46 + Buffer.byteLength(name) + (values === 0 ? 0 : 4 + 8 * values)
}

export interface DirectoryFacts {
  readonly count: number
  /** Where the directory begins. */
  readonly offset: number
  readonly length: number
}

/** What stands behind the directory: with the zip64 records where something does not fit. */
export function endRecords({ count, offset, length }: DirectoryFacts): Buffer {
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(Math.min(count, full16), 8)
  end.writeUInt16LE(Math.min(count, full16), 10)
  end.writeUInt32LE(fit32(length), 12)
  end.writeUInt32LE(fit32(offset), 16)
  if (count < full16 && !isLarge(length) && !isLarge(offset)) return end
  const end64 = Buffer.alloc(56)
  end64.write('PK\x06\x06', 'latin1')
  end64.writeBigUInt64LE(44n, 4)
  end64.writeUInt16LE(madeBy, 12)
  end64.writeUInt16LE(zip64Version, 14)
  end64.writeBigUInt64LE(BigInt(count), 24)
  end64.writeBigUInt64LE(BigInt(count), 32)
  end64.writeBigUInt64LE(BigInt(length), 40)
  end64.writeBigUInt64LE(BigInt(offset), 48)
  const locator = Buffer.alloc(20)
  locator.write('PK\x06\x07', 'latin1')
  locator.writeBigUInt64LE(BigInt(offset + length), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end64, locator, end])
}
