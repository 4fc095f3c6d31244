import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { contentHash, entriesOf, filesBelow, readJson } from './freshness.mjs'
import { lastWords, prepare } from './processes.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

const prefix = 'database-template-'

/**
 * Prepares an initialised database folder that a first start copies: making one takes seconds, copying it a fraction of one.
 * @param {Project} project
 * @param {string} node the pinned runtime
 * @returns {Promise<string | null>} the folder; null where there is none, and then a first start makes its database itself
 */
export async function databaseTemplate(project, node) {
  const server = join(project.root, 'packages', 'server', 'src')
  const script = join(server, 'bin', 'make-template.ts')
  if (!existsSync(script)) return null
  const cache = join(project.root, '.cache')
  const name = `${prefix}${templateKey(project.root, server, script)}`
  const target = join(cache, name)
  if (existsSync(target)) return target

  project.say('Preparing the database …')
  mkdirSync(cache, { recursive: true })
  removeOthers(cache)
  const unfinished = join(cache, `${prefix}unfinished-${process.pid}`)
  const outcome = await prepare(node, [script, unfinished], { cwd: project.root, env: project.env })
  if (outcome.code !== 0 || !existsSync(unfinished)) {
    rmSync(unfinished, { recursive: true, force: true })
    project.say(
      `No database could be prepared, so the first start takes a few seconds longer: ${lastWords(outcome.output)}`,
    )
    return null
  }
  renameSync(unfinished, target)
  return target
}

/**
 * @param {string} root
 * @param {string} server
 * @param {string} script
 */
function templateKey(root, server, script) {
  const packages = readJson(join(root, 'package-lock.json'))?.packages ?? {}
  const versions = ['@electric-sql/pglite', 'pg-boss'].map((name) => packages[`node_modules/${name}`]?.version ?? '-')
  const migrations = filesBelow(join(server, 'db', 'migrations'))
  return contentHash([...migrations, script], versions.join(' ')).slice(0, 16)
}

/** @param {string} cache */
function removeOthers(cache) {
  for (const entry of entriesOf(cache)) {
    if (entry.name.startsWith(prefix)) rmSync(join(cache, entry.name), { recursive: true, force: true })
  }
}
