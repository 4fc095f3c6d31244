/** The command cannot go on. The message says why and what to do; no stack is shown for it. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** One file cannot be taken; the others can. */
export class FileRefused extends Error {
  override readonly name = 'FileRefused'
}
