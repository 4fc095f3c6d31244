import { readFileSync } from 'node:fs'
import { findOnPath } from './npm.mjs'
import { prepare } from './processes.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Whether this is a Debian whose packages may be installed.
 * @param {NodeJS.ProcessEnv} env
 */
export function canInstall(env) {
  return process.getuid?.() === 0 && isDebian() && findOnPath('apt-get', env) !== null
}

/**
 * Tries to install a Debian package; whether it is there then is for the caller to see.
 * @param {Project} project
 * @param {string} name
 */
export async function installPackage(project, name) {
  const env = { ...project.env, DEBIAN_FRONTEND: 'noninteractive' }
  await prepare('apt-get', ['update', '-qq'], { cwd: project.root, env })
  await prepare('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { cwd: project.root, env })
}

function isDebian() {
  try {
    return /^ID="?debian"?$/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}
