import { root, runTool } from './processes.ts'
import { writeErrorTable } from './structure/error-table.ts'

writeErrorTable(root)
for (const [script, args] of [
  ['oxlint/bin/oxlint', ['--fix']],
  ['oxfmt/bin/oxfmt', []],
] as const) {
  const ran = await runTool(script, args)
  if (ran.output !== '') console.log(ran.output)
  if (ran.code !== 0) process.exitCode = 1
}
