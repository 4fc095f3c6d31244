import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { entriesOf, freshness, readJson } from './freshness.mjs'
import { LockMismatch, npm } from './npm.mjs'

/** @typedef {import('./npm.mjs').Project} Project */
/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean }} Locked */

/**
 * Installs the dependencies from the lock file when it or a package.json changed since the last time.
 * @param {Project} project
 * @returns {Promise<void>}
 */
export async function install(project) {
  const stampFile = join(project.root, 'node_modules', '.easel-install')
  const state = freshness(stampFile, manifestFiles(project.root), `${process.platform}-${process.arch}`)
  if (state.fresh) return
  if (!installedAsLocked(project.root)) {
    project.say('Installing the dependencies (package-lock.json) …')
    await reinstall(project)
  }
  state.confirm()
}

/**
 * `npm ci`, with install scripts and development dependencies whatever an .npmrc or NODE_ENV say: the runtime is one of them.
 * @param {Project} project
 * @returns {Promise<void>}
 */
export async function reinstall(project) {
  rmSync(join(project.root, 'node_modules', '.easel-install'), { force: true })
  const options = ['--ignore-scripts=false', '--include=dev', '--no-audit', '--no-fund']
  try {
    await npm(project, ['ci', ...options])
  } catch (error) {
    // A registry that lacks another platform's binary makes npm ci think that the lock file is old. It is not as long as the
    // manifests say the same as it: then npm install takes the locked versions and leaves out what there is not.
    const locked = packagesOf(join(project.root, 'package-lock.json'))
    if (!(error instanceof LockMismatch) || locked === null || !manifestsFit(project.root, locked)) throw error
    await npm(project, ['install', '--no-save', ...options])
  }
}

/** @param {string} root */
function manifestFiles(root) {
  const folders = workspaceFolders(root)
  return ['package-lock.json', 'package.json', ...folders.map((folder) => join(folder, 'package.json'))].map((file) =>
    join(root, file),
  )
}

/** @param {string} root */
function workspaceFolders(root) {
  return entriesOf(join(root, 'packages'))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join('packages', entry.name))
    .sort()
}

/**
 * Whether what npm last installed here is already what the lock file asks for, so that an install made by hand counts.
 * @param {string} root
 * @returns {boolean}
 */
function installedAsLocked(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === null || present === null || !manifestsFit(root, wanted)) return false
  const wantedHere = Object.entries(wanted).filter(([path]) => path.includes('node_modules/'))
  const missing = wantedHere.some(([path, entry]) => {
    const found = present[path]
    if (found === undefined) return !entry.optional && !entry.devOptional && !entry.peer
    return found.version !== entry.version || found.integrity !== entry.integrity
  })
  const strange = Object.keys(present).some((path) => path.includes('node_modules/') && wanted[path] === undefined)
  return !missing && !strange
}

/**
 * @param {string} root
 * @param {Record<string, any>} locked
 */
function manifestsFit(root, locked) {
  return ['', ...workspaceFolders(root)].every((folder) => {
    const manifest = readJson(join(root, folder, 'package.json'))
    const entry = locked[folder.replaceAll('\\', '/')]
    if (manifest === null) return true
    const kinds = ['dependencies', 'devDependencies', 'optionalDependencies']
    return entry !== undefined && kinds.every((kind) => sameEntries(manifest[kind] ?? {}, entry[kind] ?? {}))
  })
}

/**
 * @param {Record<string, string>} a
 * @param {Record<string, string>} b
 */
function sameEntries(a, b) {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

/**
 * @param {string} file
 * @returns {Record<string, Locked> | null}
 */
function packagesOf(file) {
  return readJson(file)?.packages ?? null
}
