import { Stopped } from '../stopped.ts'
import { importLibrary, type ImportReport, type Progress } from './import-library.ts'
import { openServer } from './server.ts'
import { openSource } from './source.ts'

/** Lines of the report that name single files. */
const named = 50

/** No control characters: names of files are somebody else's, and a terminal obeys them. */
const plain = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?')

/** What is said at the end. */
function reportText({ taken, there, skipped }: ImportReport): string {
  const lines = [
    `${taken} taken, ${there} there already, ${skipped.length} not taken${skipped.length === 0 ? '.' : ':'}`,
    ...skipped.slice(0, named).map(({ name, why }) => `  ${plain(name)}: ${plain(why)}`),
    ...(skipped.length > named ? [`  … and ${skipped.length - named} more`] : []),
  ]
  return lines.join('\n')
}

/** One line that is written over on a terminal; elsewhere a line for every hundred pictures. */
function showProgress({ done, total }: Progress): void {
  const { stderr } = process
  if (stderr.isTTY) stderr.write(`\r${done} of ${total}${done === total ? '\n' : ''}`)
  else if (done % 100 === 0 || done === total) stderr.write(`${done} of ${total}\n`)
}

/** Runs `easel import`. @returns the exit code: 0, or 2 when it had to stop */
export async function runImport(path: string, options: { server: string; key: string | undefined }): Promise<number> {
  try {
    const server = openServer(options)
    const source = await openSource(path)
    try {
      console.log(reportText(await importLibrary(source, server, showProgress)))
      return 0
    } finally {
      source.close()
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    console.error(error.message)
    return 2
  }
}
