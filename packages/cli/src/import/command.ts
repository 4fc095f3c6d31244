import { Stopped } from '../stopped.ts'
import { importLibrary, type Progress } from './import-library.ts'
import { reportText } from './report.ts'
import { openServer } from './server.ts'
import { openSource } from './source.ts'

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
