import { z } from 'zod'
import { EaselError } from '#base/errors.ts'

/** Ids rise with time, so that one is a position in a list. @throws EaselError `validation-failed` for what is no id */
export function positionOf(cursor: string): string {
  const { success, data } = z.uuid().safeParse(cursor)
  if (success) return data
  const message = 'must be the nextCursor of an earlier page'
  throw new EaselError('validation-failed', `query.cursor: ${message}`, {
    fields: [{ field: 'query.cursor', message }],
  })
}
