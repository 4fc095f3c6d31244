import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Lets one process at a time prepare a checkout: two `npm ci` at once would remove each other's files.
 * @param {Project} project
 * @returns {Promise<() => void>} gives the turn to the next
 */
export async function takeTurn(project) {
  const folder = join(project.root, '.cache', 'set-up.lock')
  const owner = join(folder, 'pid')
  let told = false
  mkdirSync(join(project.root, '.cache'), { recursive: true })
  while (!claim(folder, owner)) {
    if (!told) project.say('Waiting for another Easel command that is preparing this folder …')
    told = true
    await sleep(200)
  }
  return () => rmSync(folder, { recursive: true, force: true })
}

/**
 * @param {string} folder
 * @param {string} owner
 */
function claim(folder, owner) {
  try {
    mkdirSync(folder)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error
    if (!isAbandoned(owner)) return false
    rmSync(folder, { recursive: true, force: true })
    return false
  }
  writeFileSync(owner, String(process.pid))
  return true
}

/**
 * @param {string} owner
 * @returns {boolean} whether the process that holds the turn has gone
 */
function isAbandoned(owner) {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')) || Number.NaN, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
