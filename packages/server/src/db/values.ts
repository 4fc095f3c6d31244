// What a value of JavaScript is in PostgreSQL's text, and the other way round, the same for both kinds of database.
// oxlint-disable-next-line typescript/triple-slash-reference -- the other workspaces compile this file too, and find the declaration only so
/// <reference path="./pg-values.d.ts" />
import pg from 'pg'
import utils from 'pg/lib/utils.js'

const int8Oid = 20

/** @returns what reads a field of this type; numbers of eight bytes become numbers, as Easel has none that need all of them */
export function typeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  return oid === int8Oid ? Number : pg.types.getTypeParser(oid, format)
}

/** @returns what node-postgres would send; bytes stay bytes */
export const writeValue: (value: unknown) => string | Buffer | null = utils.prepareValue
