// The text that the instance key is made of, in a file of the data folder. It may also be used as EASEL_SECRET.
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { codeOf, messageOf, StartError } from '#base/errors.ts'
import type { NamedKey } from './envelope.ts'

/** A shorter secret could be guessed. */
export const minSecretLength = 32

/** The text is random already (its length is demanded), so that HKDF is enough and no slow derivation is needed. */
export function deriveKey(secret: string): NamedKey {
  const derive = (purpose: string, length: number) => Buffer.from(hkdfSync('sha256', secret, '', purpose, length))
  return {
    kid: derive('easel instance key id v1', 6).toString('base64url'),
    bytes: derive('easel instance key v1', 32),
  }
}

export const keyPath = (folder: string): string => join(folder, 'secret.key')
/** Where the new text is while the key changes. */
export const newKeyPath = (folder: string): string => `${keyPath(folder)}.new`

/** @returns null when there is no such file @throws StartError when it cannot be read or is damaged */
export function readSecret(path: string): string | null {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw new StartError(`The key file ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  if (text.length >= minSecretLength) return text
  throw new StartError(
    `The key file ${path} is damaged: it must hold at least ${minSecretLength} characters. Put it back from a backup.`,
  )
}

/**
 * Writes a new secret aside and links it into place, so that it is there whole or not at all; of two processes one wins.
 * @returns the text that is there
 */
export function makeSecret(path: string): string {
  const secret = randomBytes(32).toString('base64url')
  const draft = `${path}.${randomUUID()}`
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeDurably(draft, secret)
    linkSync(draft, path)
    syncFolder(dirname(path))
    return secret
  } catch (error) {
    const winner = codeOf(error) === 'EEXIST' ? readSecret(path) : null
    if (winner !== null) return winner
    throw new StartError(`The key file ${path} cannot be made: ${messageOf(error)}`, { cause: error })
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Puts the new key in the old one's place. */
export function replaceKeyFile(folder: string): void {
  renameSync(newKeyPath(folder), keyPath(folder))
  syncFolder(folder)
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
