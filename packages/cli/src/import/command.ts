import { Stopped } from '../stopped.ts'
import { importLibrary, picturesIn } from './import-library.ts'
import { openProgress } from './progress.ts'
import { openReport, reportJson, reportText } from './report.ts'
import { openServer } from './server.ts'
import { openSources } from './source.ts'

export interface ImportOptions {
  readonly server: string
  readonly key: string | undefined
  /** A line of JSON for each thing that something is said of, and one with the numbers at the end. */
  readonly json: boolean
}

/** Everything is in. Something is not, as the report says. It had to stop, and goes on when it is run again. */
const exit = { done: 0, partly: 1, stopped: 2 } as const

async function bring(paths: readonly string[], { json, ...options }: ImportOptions): Promise<number> {
  const server = openServer(options)
  const sources = await openSources(paths)
  const total = sources.reduce((sum, source) => sum + picturesIn(source), 0)
  const bar = openProgress(total)
  const report = openReport((remark) => {
    if (json) console.log(JSON.stringify(remark))
  })
  try {
    let before = 0
    for (const source of sources) {
      await importLibrary(source, { server, report, onDone: (done) => bar.show(before + done) })
      before += picturesIn(source)
    }
  } finally {
    bar.end()
    for (const source of sources) source.close()
  }
  console.log(json ? JSON.stringify({ what: 'done', ...reportJson(report) }) : reportText(report))
  return report.failed === 0 ? exit.done : exit.partly
}

/** Runs `easel import`. @returns the exit code */
export async function runImport(paths: readonly string[], options: ImportOptions): Promise<number> {
  try {
    return await bring(paths, options)
  } catch (error) {
    if (!(error instanceof Stopped)) throw error
    if (options.json) console.log(JSON.stringify({ what: 'stopped', why: error.message }))
    console.error(error.message)
    return exit.stopped
  }
}
