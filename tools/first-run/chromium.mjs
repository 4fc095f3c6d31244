import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { canInstall, installPackage } from './debian.mjs'
import { findOnPath } from './npm.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/** Debian's Chromium without the windows that no test looks at: a quarter less work for the processor. */
const headless = 'chromium-headless-shell'
const names = [headless, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/**
 * Finds a Chromium for the browser tests, or installs Debian's where that is possible.
 * @param {Project} project
 * @returns {Promise<string | null>} its executable; null after saying what to do
 */
export async function chromium(project) {
  const given = project.env.EASEL_CHROMIUM
  if (given !== undefined && given !== '') {
    if (runs(given)) return given
    throw new SetupError(
      `EASEL_CHROMIUM names ${given}, which does not run: set it to the path of a Chromium or Chrome.`,
    )
  }
  const found = findChromium(project.env)
  if (found !== null) return found
  if (canInstall(project.env)) {
    project.say(`Installing Chromium for the browser tests (apt-get install ${headless}) …`)
    for (const name of [headless, 'chromium']) {
      await installPackage(project, name)
      const installed = findChromium(project.env)
      if (installed !== null) return installed
    }
  }
  project.say(
    'No Chromium was found: install Chromium or Chrome, or set EASEL_CHROMIUM to its path, to run the browser tests.',
  )
  return null
}

/** @param {NodeJS.ProcessEnv} env */
function findChromium(env) {
  const windows = process.platform === 'win32'
  const onPath = names.map((name) => findOnPath(windows ? `${name}.exe` : name, env))
  return [...onPath, ...usualPlaces(env)].find((path) => path !== null && runs(path)) ?? null
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
function usualPlaces(env) {
  if (process.platform === 'darwin') {
    const folders = ['/Applications', join(env.HOME ?? '/', 'Applications')]
    const apps = ['Chromium.app/Contents/MacOS/Chromium', 'Google Chrome.app/Contents/MacOS/Google Chrome']
    return folders.flatMap((folder) => apps.map((app) => join(folder, app)))
  }
  if (process.platform === 'win32') {
    const folders = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA].filter(
      (folder) => folder !== undefined,
    )
    const programs = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe']
    return folders.flatMap((folder) => programs.map((program) => join(folder, program)))
  }
  return [
    `/usr/bin/${headless}`,
    '/usr/bin/chromium',
    '/usr/lib/chromium/chromium',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
  ]
}

/**
 * Ubuntu's `chromium` is a stub that asks for a snap: a file of that name is not yet a browser.
 * @param {string} path
 */
function runs(path) {
  if (!existsSync(path)) return false
  // Chrome on Windows opens a window instead of answering.
  if (process.platform === 'win32') return true
  return spawnSync(path, ['--version'], { timeout: 20_000, stdio: 'ignore' }).status === 0
}
