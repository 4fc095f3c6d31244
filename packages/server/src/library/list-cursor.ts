import { EaselError } from '#base/errors.ts'

/** A position in a list that is ordered by time and id, as clients hand it back. */
export function encodeCursor(time: Date, id: string): string {
  return Buffer.from(`${time.getTime()}.${id}`).toString('base64url')
}

/** @throws EaselError `validation-failed` for anything that {@link encodeCursor} did not make */
export function decodeCursor(cursor: string): { time: Date; id: string } {
  const match = /^(\d{1,14})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(
    Buffer.from(cursor, 'base64url').toString(),
  )
  const [, time, id] = match ?? []
  if (time === undefined || id === undefined || encodeCursor(new Date(Number(time)), id) !== cursor) {
    throw new EaselError('validation-failed', 'The cursor is not one of ours.', {
      fields: [{ field: 'query.cursor', message: 'must be the nextCursor of an earlier page' }],
    })
  }
  return { time: new Date(Number(time)), id }
}
