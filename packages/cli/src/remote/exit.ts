// How the commands that speak to a server end.
import { ApiError } from '@easel/client'
import { Stopped } from '../stopped.ts'

/** Everything was done. Something was refused or failed. It could not even be tried: wrong use, wrong key, no server. Somebody pressed Ctrl-C. */
export const exit = { done: 0, failed: 1, stopped: 2, interrupted: 130 } as const

/** No control characters: what comes from elsewhere must not command the terminal. */
export const plain = (text: string): string => text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '?')

function wordsOf(error: ApiError): string {
  if (error.code === 'unauthorized') return `${error.message} Run: easel login`
  if (error.code === 'away')
    return `${error.message}. Is the address right? Give it by --server, EASEL_URL or easel login.`
  if (error.fields.length === 0) return error.message
  return error.fields
    .map(({ field, message }) => `${field.replace(/^(?:body|query|params)\./, '')}: ${message}`)
    .join('; ')
}

const neverTried: ReadonlySet<string> = new Set([
  'unauthorized',
  'away',
  'malformed',
  'foreign-origin',
  'shutting-down',
])

/** Runs a command; what it cannot do is said on standard error. @returns the exit code */
export async function ending(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Stopped) {
      console.error(plain(error.message))
      return exit.stopped
    }
    if (!(error instanceof ApiError)) throw error
    console.error(plain(wordsOf(error)))
    return neverTried.has(error.code) ? exit.stopped : exit.failed
  }
}
