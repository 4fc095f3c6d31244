import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** A key of 32 bytes and the short name that what it sealed carries. */
export interface NamedKey {
  readonly kid: string
  readonly bytes: Buffer
}

const ivBytes = 12
const tagBytes = 16

/**
 * Seals bytes with AES-256-GCM under a fresh random IV.
 * @param context what the bytes belong to; whoever opens them must name the same
 * @returns `v1.<kid>.<iv>.<ciphertext>.<tag>`, each part base64url
 */
export function seal(key: NamedKey, context: string, plain: Buffer): string {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, iv)
  cipher.setAAD(Buffer.from(context))
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
  const parts = [iv, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return ['v1', key.kid, ...parts].join('.')
}

/** What {@link seal} sealed, or null when the key, the context or a single bit is another. */
export function unseal(key: NamedKey, context: string, sealed: string): Buffer | null {
  const [version, kid, ...rest] = sealed.split('.')
  const [iv, ciphertext, tag] = rest.map((part) => Buffer.from(part, 'base64url'))
  if (version !== 'v1' || kid !== key.kid || rest.length !== 3) return null
  if (iv?.length !== ivBytes || ciphertext === undefined || tag?.length !== tagBytes) return null
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, iv, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(tag)
  const plain = decipher.update(ciphertext)
  try {
    return Buffer.concat([plain, decipher.final()])
  } catch {
    // The one reason for `final` to throw is that the tag does not fit.
    return null
  }
}

/** The name of the key that a text was sealed with. */
export function kidOf(sealed: string): string {
  return sealed.split('.')[1] ?? ''
}
