import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'

/** The top folder of the checkout. */
export const root = dirname(import.meta.dirname)

export interface Ran {
  readonly code: number
  readonly output: string
}

/** Runs one of the installed tools under this same runtime; `script` is its path below node_modules. */
export function runTool(script: string, args: readonly string[], cwd: string = root): Promise<Ran> {
  return runProgram([process.execPath, join(root, 'node_modules', script), ...args], cwd)
}

/** Runs npm, the one that runs this where one does. */
export function runNpm(args: readonly string[], cwd: string = root): Promise<Ran> {
  const { npm_execpath: npm } = process.env
  const isScript = npm !== undefined && /\.[cm]?js$/.test(npm)
  return runProgram([...(isScript ? [process.execPath, npm] : ['npm']), ...args], cwd)
}

function runProgram([program = '', ...args]: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, windowsHide: true })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString('utf8').trim() }))
  })
}

/** Runs a script of ours with its output shown as it comes, and passes on the signals that arrive meanwhile. */
export function runShown(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: 'inherit', windowsHide: true })
    const stop = (signal: NodeJS.Signals): void => void child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
    for (const signal of signals) process.on(signal, stop)
    child.on('error', reject)
    child.on('close', (code) => {
      for (const signal of signals) process.off(signal, stop)
      resolve(code ?? 1)
    })
  })
}
