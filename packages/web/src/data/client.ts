import { ApiError, createCall, type Call } from '@easel/client'
import { tellUnauthorized } from './unauthorized.ts'

// What the rest of the app knows a call by; how it is made is the client's, which other programs use too.
export { addressOf, ApiError, createCall, problemOf, type Call } from '@easel/client'

export const call: Call = createCall((input, init) => fetch(input, init), tellUnauthorized)

/** The words of whatever was thrown, for people. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError && error.fields.length > 0) {
    // What is a sentence of its own needs no name before it.
    const said = ({ field, message }: ApiError['fields'][number]) =>
      /^[\p{Lu}“]/u.test(message) ? message : `${field.replace(/^body\./, '')} ${message}`
    const words = error.fields.map(said).join('; ')
    return words.charAt(0).toUpperCase() + words.slice(1)
  }
  return error instanceof Error ? error.message : String(error)
}
