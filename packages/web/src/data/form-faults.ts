import { ApiError, wordsOf } from './client.ts'

/** Faults by the name of the form's field, and the words for what belongs to none. */
export interface FormFaults {
  readonly general: string | null
  readonly fields: Readonly<Record<string, string>>
}

/** @param own names of the form's fields; a fault of any other is told in general. Absent: every field is the form's. */
export function faultsOf(error: unknown, own?: readonly string[]): FormFaults {
  if (error === null || error === undefined) return { general: null, fields: {} }
  if (!(error instanceof ApiError) || error.fields.length === 0) return { general: wordsOf(error), fields: {} }
  const fields: Record<string, string> = {}
  const rest: string[] = []
  for (const { field, message } of error.fields) {
    const name = field.split('.').at(-1) ?? field
    if (own === undefined || own.includes(name)) fields[name] = sentence(message)
    else rest.push(sentence(`${name} ${message}`))
  }
  return { general: rest.length === 0 ? null : rest.join(' '), fields }
}

/** `must not be empty` becomes `Must not be empty`. */
function sentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1)
}
