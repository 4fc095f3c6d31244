import { EaselError } from '#base/errors.ts'

/**
 * Bytes from base64, strictly, because Node.js leaves out what it cannot read.
 * @param field what carried it, for messages
 * @throws EaselError `validation-failed`
 */
export function decodeBase64(field: string, text: string): Buffer {
  const plain = text.replaceAll(/[\r\n\t ]+/g, '')
  const bytes = /^[\w+/-]*={0,2}$/.test(plain) ? Buffer.from(plain, 'base64') : null
  const wanted = Math.floor((plain.replace(/=+$/, '').length * 3) / 4)
  if (bytes !== null && bytes.length === wanted) return bytes
  const message = 'must be whole base64'
  throw new EaselError('validation-failed', `${field}: ${message}`, { fields: [{ field, message }] })
}

/** The same, of a data URL too. @throws EaselError `validation-failed` */
export const decodePicture = (field: string, text: string): Buffer =>
  decodeBase64(field, text.startsWith('data:') ? text.slice(text.indexOf(',') + 1) : text)
