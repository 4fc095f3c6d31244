import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from './chromium.mjs'
import { databaseTemplate } from './database-template.mjs'
import { exiftool } from './exiftool.mjs'
import { install } from './install.mjs'
import { postgresBinaries } from './postgres-binaries.mjs'
import { run } from './processes.mjs'
import { runtime } from './runtime.mjs'
import { Interrupted, SetupError, sentenceFor } from './setup-error.mjs'
import { findTask, scriptPath, taskNames } from './tasks.mjs'
import { takeTurn } from './turns.mjs'
import { webBuild } from './web-build.mjs'

/** @typedef {import('./npm.mjs').Project} Project */

/**
 * Prepares what is missing or stale, does the task under the pinned runtime, and ends with its exit code.
 * @param {readonly string[]} argv the task's name and the arguments for its script
 * @returns {Promise<void>}
 */
export async function main([name, ...args]) {
  /** @type {Project} */
  const project = {
    root: dirname(dirname(dirname(fileURLToPath(import.meta.url)))),
    env: { ...process.env },
    say: (line) => console.error(line),
  }
  try {
    process.exitCode = await perform(project, name, args)
  } catch (error) {
    if (!(error instanceof Interrupted)) project.say(sentenceFor(error))
    process.exitCode = error instanceof Interrupted ? error.exitCode : 1
  }
}

/**
 * @param {Project} project
 * @param {string | undefined} name
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code
 */
async function perform(project, name, args) {
  const task = findTask(name, args)
  if (task === null)
    throw new SetupError(
      `Say what to do: ${taskNames()
        .map((known) => `npm run ${known}`)
        .join(', ')}.`,
    )
  const { node, env } = await prepareFor(project, task.needs)
  const script = scriptPath(project.root, task)
  if (!existsSync(script)) throw new SetupError(`${task.script} is missing: this checkout is not complete.`)
  const outcome = await run(node, [script, ...args], { cwd: project.root, env })
  return outcome.code
}

/**
 * @param {Project} project
 * @param {readonly import('./tasks.mjs').Need[]} needs
 * @returns {Promise<{ node: string, env: NodeJS.ProcessEnv }>} the runtime, and the environment for the task
 */
async function prepareFor(project, needs) {
  const giveTurn = await takeTurn(project)
  try {
    const env = { ...project.env }
    await install(project)
    const node = await runtime(project)
    if (needs.includes('postgres')) await postgresBinaries(project)
    if (needs.includes('web')) await webBuild(project, node)
    const template = needs.includes('template') ? await databaseTemplate(project, node) : null
    if (template !== null) env.EASEL_DATABASE_TEMPLATE = template
    if (needs.includes('exiftool')) await exiftool(project)
    const browser = needs.includes('chromium') ? await chromium(project) : null
    if (browser !== null) env.EASEL_CHROMIUM = browser
    return { node, env }
  } finally {
    giveTurn()
  }
}
