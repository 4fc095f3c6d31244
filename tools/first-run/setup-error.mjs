/** A reason why the set-up cannot go on, said in one sentence. It is shown as it is, without a stack. */
export class SetupError extends Error {
  /** @override */
  name = 'SetupError'
}

/** The person pressed Ctrl-C or a supervisor asked to stop while something was being prepared. */
export class Interrupted extends Error {
  /** @override */
  name = 'Interrupted'

  /** @param {number} exitCode */
  constructor(exitCode) {
    super('Interrupted')
    this.exitCode = exitCode
  }
}

/** What the operating system's error codes mean to a person who only typed `npm start`. */
const meanings = {
  ENOSPC: 'There is no space left on the disk: free some and start again.',
  EDQUOT: 'Your disk quota is used up: free some space and start again.',
  EROFS: 'This folder is on a read-only file system: copy Easel to a place that can be written to.',
  EACCES: 'A file here may not be written by this user: give the folder to the user who runs Easel.',
  EPERM: 'A file here may not be changed by this user: give the folder to the user who runs Easel.',
  EMFILE: 'Too many files are open on this machine: close some programs or raise the limit (ulimit -n).',
}

/**
 * One sentence for anything that was thrown.
 * @param {unknown} error
 * @returns {string}
 */
export function sentenceFor(error) {
  if (error instanceof SetupError) return error.message
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const meaning = new Map(Object.entries(meanings)).get(code)
  if (meaning !== undefined) return meaning
  return `The set-up failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`
}
