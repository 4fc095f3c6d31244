// `npm run bench`: all benchmarks, or those that are named.
import { cpus, totalmem } from 'node:os'
import { benchGuesses } from './guesses.ts'
import { benchLibrary, benchLibraryOnPglite, benchLibraryOnPostgres } from './library.ts'
import { benchPipeline } from './pipeline.ts'
import { benchServe } from './serve.ts'
import { benchSignIn } from './sign-in.ts'
import { benchStages } from './stages.ts'
import { benchStart } from './start.ts'
import { benchStreams } from './streams.ts'
import { benchThroughput } from './throughput.ts'
import { benchWrongPasswords } from './wrong-passwords.ts'

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  pipeline: () => benchPipeline(),
  stages: benchStages,
  throughput: () => benchThroughput(),
  start: benchStart,
  'sign-in': benchSignIn,
}

/** Too long for every time. */
const onlyByName: Readonly<Record<string, () => Promise<void>>> = {
  serve: benchServe,
  guesses: benchGuesses,
  streams: benchStreams,
  'wrong-passwords': benchWrongPasswords,
  library: () => benchLibrary(),
  'library-pglite': () => benchLibraryOnPglite(),
  'library-postgres': () => benchLibraryOnPostgres(),
  'library-small': () => benchLibrary(20_000),
}

const known = { ...benchmarks, ...onlyByName }
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(known, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(known).join(', ')}.`)
  process.exitCode = 1
} else {
  const [processor] = cpus()
  console.log(
    `${cpus().length} × ${processor?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node.js ${process.version}\n`,
  )
  const chosen = asked.length === 0 ? benchmarks : known
  for (const [name, run] of Object.entries(chosen)) if (asked.length === 0 || asked.includes(name)) await run()
}
