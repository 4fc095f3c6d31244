import { existsSync } from 'node:fs'
import { basename, delimiter, join } from 'node:path'
import { lastWords, prepare } from './processes.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {{ root: string, env: NodeJS.ProcessEnv, say: (line: string) => void }} Project */

/**
 * What npm's error codes mean; the first that its output names decides.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const meanings = [
  [/\bENOSPC\b/, 'There is no space left on the disk: free some and start again.'],
  [
    /\b(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED)\b/,
    'The npm registry cannot be reached: the first start needs the network (check the connection or the proxy).',
  ],
  [/\b(EACCES|EPERM|EROFS)\b/, 'npm may not write here: give this folder to the user who runs Easel.'],
  [/\b(E401|E403)\b/, 'The npm registry refused: check the registry and the login in your .npmrc.'],
  [/\bEINTEGRITY\b/, 'A downloaded package is damaged: run `npm cache clean --force` and start again.'],
  [
    /\b(E404|ETARGET)\b/,
    'The npm registry does not have a package of package-lock.json: check the registry in your .npmrc.',
  ],
]

/** npm ci found that package-lock.json does not say the same as the package.json files. */
export class LockMismatch extends SetupError {
  constructor() {
    super('package-lock.json does not fit the package.json files: run `npm install` once.')
  }
}

/**
 * Runs npm quietly in the project's folder.
 * @param {Project} project
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 * @throws SetupError with one sentence when npm is missing or fails
 */
export async function npm(project, args) {
  const { command, prefix, shell } = findNpm(project.env)
  const outcome = await prepare(command, [...prefix, ...args], { cwd: project.root, env: project.env, shell })
  if (outcome.code === 0) return
  if (/\bEUSAGE\b/.test(outcome.output)) throw new LockMismatch()
  throw new SetupError(npmSentence(args[0] ?? '', outcome.output))
}

/**
 * @param {string} task
 * @param {string} output what npm printed
 * @returns {string} one sentence
 */
function npmSentence(task, output) {
  for (const [pattern, sentence] of meanings) {
    if (pattern.test(output)) return sentence
  }
  const told = output.split('\n').find((line) => /^npm (ERR!|error) (?!code|errno|syscall|path)/.test(line))
  return `npm ${task} failed: ${(told ?? lastWords(output)).replace(/^npm (ERR!|error) /, '')}`
}

/**
 * The npm that started this script, else the one on the PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ command: string, prefix: string[], shell: boolean }}
 */
function findNpm(env) {
  const cli = env.npm_execpath
  if (cli !== undefined && /^npm-cli\.c?js$/.test(basename(cli)) && existsSync(cli)) {
    return { command: process.execPath, prefix: [cli], shell: false }
  }
  const windows = process.platform === 'win32'
  const found = findOnPath(windows ? 'npm.cmd' : 'npm', env)
  if (found === null) throw new SetupError('npm was not found: install Node.js together with npm, then start again.')
  // Windows runs .cmd files only through its shell, which wants a path with spaces quoted.
  return { command: windows ? `"${found}"` : found, prefix: [], shell: windows }
}

/**
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null}
 */
export function findOnPath(name, env) {
  const folders = (env.PATH ?? env.Path ?? '').split(delimiter)
  return (
    folders
      .filter((folder) => folder !== '')
      .map((folder) => join(folder, name))
      .find((path) => existsSync(path)) ?? null
  )
}
