import { spawn } from 'node:child_process'

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // The empty word is the window's title.
  win32: ['cmd', '/c', 'start', ''],
}

/** Shows a file in whatever this machine shows such files with. The command does not wait for it. */
export function openFile(path: string): void {
  const [program, ...args] = openers[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, path], { stdio: 'ignore', detached: true })
  child.on('error', () => console.error(`There is no ${program} here that could show ${path}.`))
  child.unref()
}
