import { canInstall, installPackage } from './debian.mjs'
import { findOnPath } from './npm.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Looks for exiftool, which reads back what we write into files, or installs Debian's where that is possible. The tests that want it say
 * so where it is missing.
 * @param {Project} project
 * @returns {Promise<void>}
 */
export async function exiftool(project) {
  const name = process.platform === 'win32' ? 'exiftool.exe' : 'exiftool'
  if (findOnPath(name, project.env) !== null || !canInstall(project.env)) return
  project.say('Installing exiftool for the tests (apt-get install libimage-exiftool-perl) …')
  await installPackage(project, 'libimage-exiftool-perl')
}
