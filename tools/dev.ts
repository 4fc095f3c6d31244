import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { root } from './processes.ts'

/** The server, started again at each change, and beside it Vite, which serves the web app's sources and passes on the rest. */
const processes = [
  { cwd: root, args: ['--watch', 'packages/server/src/bin/serve.ts', ...process.argv.slice(2)] },
  { cwd: join(root, 'packages/web'), args: [join(root, 'node_modules/vite/bin/vite.js')] },
].map(({ cwd, args }) => spawn(process.execPath, args, { cwd, stdio: 'inherit', windowsHide: true }))

const stopAll = (): void => processes.forEach((child) => void child.kill('SIGTERM'))

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopAll)
for (const child of processes) {
  child.on('close', (code) => {
    process.exitCode ||= code ?? 0
    stopAll()
  })
}
