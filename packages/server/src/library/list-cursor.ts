import { EaselError } from '#base/errors.ts'

/** A place in a list that is ordered by time and id. */
export interface Place {
  readonly time: Date
  readonly id: string
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

const foreign = () =>
  new EaselError('validation-failed', 'The cursor is not one of ours.', {
    fields: [{ field: 'query.cursor', message: 'must be the nextCursor of an earlier page' }],
  })

/** A position in a list that is ordered by time and id, as clients hand it back. */
export function encodeCursor(time: Date, id: string): string {
  return Buffer.from(`${time.getTime()}.${id}`).toString('base64url')
}

/** @throws EaselError `validation-failed` for anything that {@link encodeCursor} did not make */
export function decodeCursor(cursor: string): Place {
  const match = new RegExp(String.raw`^(\d{1,14})\.(${uuid})$`).exec(Buffer.from(cursor, 'base64url').toString())
  const [, time, id] = match ?? []
  if (time === undefined || id === undefined || encodeCursor(new Date(Number(time)), id) !== cursor) throw foreign()
  return { time: new Date(Number(time)), id }
}

/** A position in a list that is ordered by a number and id. */
export function encodeNumberCursor(number: number, id: string): string {
  return Buffer.from(`n${number}.${id}`).toString('base64url')
}

/** @throws EaselError `validation-failed` for anything that {@link encodeNumberCursor} did not make */
export function decodeNumberCursor(cursor: string): { number: number; id: string } {
  const match = new RegExp(String.raw`^n([-+\d.e]{1,30})\.(${uuid})$`).exec(Buffer.from(cursor, 'base64url').toString())
  const [, number, id] = match ?? []
  if (number === undefined || id === undefined || encodeNumberCursor(Number(number), id) !== cursor) throw foreign()
  return { number: Number(number), id }
}
