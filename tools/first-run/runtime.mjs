import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from './freshness.mjs'
import { reinstall } from './install.mjs'
import { npm } from './npm.mjs'
import { prepare } from './processes.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Makes sure that the pinned Node.js is there and runs.
 * @param {Project} project
 * @returns {Promise<string>} the path of its executable
 */
export async function runtime(project) {
  const wanted = pinnedVersion(project.root)
  const path = runtimePath(project.root)
  if (answers(path, wanted)) return path

  project.say(`Repairing the runtime (Node.js ${wanted}) …`)
  const folder = join(project.root, 'node_modules', 'node')
  const repairs = [
    () => npm(project, ['rebuild', 'node', '--ignore-scripts=false', '--no-audit', '--no-fund']),
    // npm may refuse to run a package's scripts, by its own settings; what the script does is needed all the same.
    () => runInstallScript(project, folder),
    async () => {
      rmSync(folder, { recursive: true, force: true })
      await reinstall(project)
      if (!answers(path, wanted)) await runInstallScript(project, folder)
    },
  ]
  let reason = `it does not answer with its version`
  for (const repair of repairs) {
    try {
      await repair()
    } catch (error) {
      if (!(error instanceof SetupError)) throw error
      reason = error.message
    }
    if (answers(path, wanted)) return path
  }
  throw new SetupError(`Node.js ${wanted} (${process.platform}, ${process.arch}) cannot be made to run here: ${reason}`)
}

/** @param {string} root */
function runtimePath(root) {
  return join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
}

/** @param {string} root */
function pinnedVersion(root) {
  const version = readJson(join(root, 'package.json'))?.devDependencies?.node
  if (!/^\d+\.\d+\.\d+$/.test(version ?? '')) {
    throw new SetupError('package.json has to name the runtime as an exact version of `node` in devDependencies.')
  }
  return String(version)
}

/**
 * @param {string} path
 * @param {string} version
 */
function answers(path, version) {
  if (!existsSync(path)) return false
  const said = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 20_000, windowsHide: true })
  return said.status === 0 && said.stdout.trim() === `v${version}`
}

/**
 * @param {Project} project
 * @param {string} folder
 */
async function runInstallScript(project, folder) {
  const script = join(folder, 'installArchSpecificPackage.js')
  if (!existsSync(script)) return
  const env = { ...project.env, npm_config_ignore_scripts: 'false' }
  await prepare(process.execPath, [script], { cwd: folder, env })
}
