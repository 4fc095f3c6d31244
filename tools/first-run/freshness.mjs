import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const skipped = new Set(['node_modules', 'dist', '.cache', '.git'])

/**
 * Whether something made from files is still up to date. Sizes and times decide on an ordinary start; only when they differ
 * are the contents read, so that a fresh checkout or a `touch` of the same files makes nothing anew.
 * @param {string} stampFile where `confirm` notes what was used
 * @param {readonly string[]} files absolute paths
 * @param {string} [salt] what else the result depends on
 * @returns {{ fresh: boolean, confirm(): void }}
 */
export function freshness(stampFile, files, salt = '') {
  const quick = digest([salt, ...files.map(sizeAndTime)])
  const stamp = readJson(stampFile)
  if (stamp?.quick === quick) return { fresh: true, confirm() {} }
  const content = contentHash(files, salt)
  const confirm = () => {
    mkdirSync(dirname(stampFile), { recursive: true })
    writeFileSync(stampFile, `${JSON.stringify({ quick, content })}\n`)
  }
  const fresh = stamp?.content === content
  if (fresh) confirm()
  return { fresh, confirm }
}

/**
 * @param {readonly string[]} files
 * @param {string} [salt]
 * @returns {string} a hash of what is in the files; a missing file counts as such
 */
export function contentHash(files, salt = '') {
  return digest([salt, ...files.map((file) => `${file.split(/[\\/]/).at(-1)}:${digest([read(file)])}`)])
}

/**
 * Every file below a folder, sorted, without what is made or installed.
 * @param {string} folder
 * @returns {string[]} absolute paths; empty when there is no such folder
 */
export function filesBelow(folder) {
  const found = []
  for (const entry of entriesOf(folder)) {
    if (skipped.has(entry.name)) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) found.push(...filesBelow(path))
    else found.push(path)
  }
  return found.sort()
}

/**
 * @param {string} file
 * @returns {any} the parsed file, or null where it is missing or not JSON
 */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** @param {string} folder */
export function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

/** @param {readonly (string | Buffer)[]} parts */
function digest(parts) {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 32)
}

/** @param {string} file */
function sizeAndTime(file) {
  const stat = statSync(file, { throwIfNoEntry: false })
  return stat === undefined ? `${file}:-` : `${file}:${stat.size}:${stat.mtimeMs}`
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file)
  } catch {
    return '-'
  }
}
