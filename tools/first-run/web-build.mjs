import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { filesBelow, freshness } from './freshness.mjs'
import { prepare } from './processes.mjs'
import { SetupError } from './setup-error.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Builds the web app into packages/web/dist when what it is made from changed.
 * @param {Project} project
 * @param {string} node the pinned runtime
 * @returns {Promise<void>}
 */
export async function webBuild(project, node) {
  const folder = join(project.root, 'packages', 'web')
  if (!existsSync(join(folder, 'index.html'))) return
  const state = freshness(join(project.root, '.cache', 'web-build.json'), webSources(project.root))
  if (state.fresh && existsSync(join(folder, 'dist', 'index.html'))) return

  project.say('Building the web app …')
  const vite = join(project.root, 'node_modules', 'vite', 'bin', 'vite.js')
  const outcome = await prepare(node, [vite, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    env: { ...project.env, NODE_ENV: 'production' },
  })
  if (outcome.code !== 0) {
    process.stderr.write(outcome.output)
    throw new SetupError('The web app could not be built; the lines above say why.')
  }
  state.confirm()
}

/** @param {string} root */
function webSources(root) {
  const sources = [
    ...filesBelow(join(root, 'packages', 'web')),
    ...filesBelow(join(root, 'packages', 'contract', 'src')),
    ...filesBelow(join(root, 'packages', 'client', 'src')),
    join(root, 'package-lock.json'),
  ]
  return sources.filter((file) => !/\.test\.tsx?$/.test(file))
}
