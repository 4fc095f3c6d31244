import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Interrupted } from './setup-error.mjs'

/** @typedef {{ code: number, output: string }} Outcome */
/** @typedef {{ cwd: string, env?: NodeJS.ProcessEnv, quiet?: boolean, shell?: boolean }} RunOptions */

const forwarded = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * Runs a program and waits for it, passing on the signals that arrive meanwhile.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} options `quiet` collects what the program prints (for the error sentence) instead of showing it
 * @returns {Promise<Outcome & { interrupted: boolean }>} the exit code, as a shell would give it, and the collected output
 */
export function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: options.shell ?? false,
      windowsHide: true,
    })
    let output = ''
    let interrupted = false
    const collect = (/** @type {Buffer} */ chunk) => (output = (output + chunk.toString()).slice(-20_000))
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)

    const handlers = forwarded.map((signal) => {
      const handler = () => {
        interrupted = true
        // A terminal sends Ctrl-C to the whole group: sending it again would look like an impatient second one.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
      }
      process.on(signal, handler)
      return () => process.off(signal, handler)
    })
    const settle = () => handlers.forEach((remove) => remove())

    child.on('error', (error) => {
      settle()
      reject(error)
    })
    child.on('close', (code, signal) => {
      settle()
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), output, interrupted })
    })
  })
}

/**
 * Runs one step of the set-up and collects what it prints.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} options
 * @returns {Promise<Outcome>}
 * @throws Interrupted when a signal arrived meanwhile
 */
export async function prepare(command, args, options) {
  const outcome = await run(command, args, { quiet: true, ...options })
  if (outcome.interrupted) throw new Interrupted(outcome.code === 0 ? 130 : outcome.code)
  return outcome
}

/**
 * The last line of a program's output that says something, for an error sentence.
 * @param {string} output
 * @returns {string}
 */
export function lastWords(output) {
  const lines = output.split('\n').map((line) => line.trim())
  const telling = lines.filter((line) => line !== '' && !line.includes('A complete log of this run'))
  return telling.at(-1) ?? 'it said nothing'
}
