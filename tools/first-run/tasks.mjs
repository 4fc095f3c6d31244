import { join } from 'node:path'

/**
 * What each npm script needs before its work starts, and which script does the work under the pinned runtime.
 * @typedef {'web' | 'template' | 'postgres' | 'chromium' | 'exiftool'} Need
 * @typedef {{ needs: readonly Need[], script: string }} Task
 */

/** @type {Readonly<Record<string, Task>>} */
const tasks = {
  start: { needs: ['web', 'template'], script: 'packages/server/src/bin/serve.ts' },
  easel: { needs: ['web', 'template'], script: 'packages/cli/src/easel.ts' },
  dev: { needs: ['template'], script: 'tools/dev.ts' },
  test: { needs: ['web', 'template', 'postgres', 'chromium', 'exiftool'], script: 'tools/test.ts' },
  check: { needs: [], script: 'tools/check.ts' },
  bench: { needs: ['web', 'template', 'postgres'], script: 'bench/run.ts' },
  pack: { needs: [], script: 'tools/pack/pack.ts' },
  fix: { needs: [], script: 'tools/fix.ts' },
}

/**
 * @param {string | undefined} name
 * @param {readonly string[]} args
 * @returns {Task | null} null for a name that is no task
 */
export function findTask(name, args) {
  const task = name !== undefined && Object.hasOwn(tasks, name) ? tasks[name] : undefined
  if (task === undefined) return null
  return name === 'test' && args.length > 0 && args.every(isBesideCode) ? { ...task, needs: ['postgres'] } : task
}

/** @returns {string[]} */
export function taskNames() {
  return Object.keys(tasks)
}

/**
 * Tests beside the code need neither the built web app nor a browser.
 * @param {string} path
 */
function isBesideCode(path) {
  return /^(\.\/)?(packages|tools)[\\/]/.test(path)
}

/**
 * @param {string} root
 * @param {Task} task
 */
export function scriptPath(root, task) {
  return join(root, ...task.script.split('/'))
}
