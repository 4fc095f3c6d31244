import { z } from 'zod'

/** A UUIDv7 (RFC 9562): sorts by time of creation. */
export const Id = z.uuid()

/** `WIDTHxHEIGHT` in pixels, e.g. `1024x768`. */
export const Size = z.string().regex(/^[1-9]\d{0,4}x[1-9]\d{0,4}$/, 'must look like 1024x768')

/** Opaque position in a list: pass back what the last page gave as `nextCursor`. */
export const Cursor = z.string().max(200)

/** One page of a list, newest first; `nextCursor` is null on the last page. */
export const Page = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), nextCursor: Cursor.nullable() })

/** Text that PostgreSQL can hold: it refuses U+0000, and lone surrogates are not Unicode. */
export const PlainText = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !text.includes('\u0000'), 'must not contain a NUL character')
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
