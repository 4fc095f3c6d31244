import { createHash } from 'node:crypto'

/** SHA-256 in hex of a migration's text, whatever line ends the checkout gave it. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
}
