// Finds a secret wherever it may have got to, in whatever form.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Base64 of whatever begins at any of the three places of a group: the part that depends on the secret alone. */
function base64Forms(secret: Buffer, encoding: 'base64' | 'base64url'): string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), secret])
    const from = Math.ceil((before * 4) / 3)
    return whole.toString(encoding).slice(from, Math.floor((whole.length * 8) / 6))
  })
}

/** Every form in which these bytes would still be clear to whoever finds them. */
export function formsOf(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret)
  const utf16 = Buffer.from(secret, 'utf16le')
  const texts = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...base64Forms(bytes, 'base64'),
    ...base64Forms(bytes, 'base64url'),
  ]
  const forms = [...texts.map((text) => Buffer.from(text)), utf16, Buffer.from(utf16).swap16()]
  return [...new Map(forms.map((form) => [form.toString('latin1'), form])).values()]
}

/** Names of those secrets that stand in these bytes. */
export function foundIn(bytes: Buffer, secrets: ReadonlyMap<string, readonly Buffer[]>): readonly string[] {
  return [...secrets].filter(([, forms]) => forms.some((form) => bytes.includes(form))).map(([name]) => name)
}

/** Every file below a folder. */
export async function* filesBelow(folder: string): AsyncGenerator<{ readonly path: string; readonly bytes: Buffer }> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) yield { path, bytes: await readFile(path) }
  }
}
