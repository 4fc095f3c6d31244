// `npm run bench`: all benchmarks, or those that are named.
import { cpus, totalmem } from 'node:os'
import { benchPipeline } from './pipeline.ts'
import { benchStages } from './stages.ts'
import { benchStart } from './start.ts'
import { benchThroughput } from './throughput.ts'

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  pipeline: () => benchPipeline(),
  stages: benchStages,
  throughput: () => benchThroughput(),
  start: benchStart,
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.`)
  process.exitCode = 1
} else {
  const [processor] = cpus()
  console.log(
    `${cpus().length} × ${processor?.model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node.js ${process.version}\n`,
  )
  for (const [name, run] of Object.entries(benchmarks)) if (asked.length === 0 || asked.includes(name)) await run()
}
