import { runTool, root } from '../processes.ts'
import { structureProblems } from '../structure/structure.ts'
import { lintSteps } from './lint.ts'
import { passed, resultOf, type Step, type StepResult } from './step.ts'
import { webSizeStep } from './web-size.ts'

const typeProjects = ['packages/contract', 'packages/client', 'packages/server', 'packages/cli', 'packages/web', '.']

/** The gates in the order in which they run. */
export function checkSteps(): readonly Step[] {
  const { lint, imports } = lintSteps()
  return [
    { name: 'format', title: 'oxfmt', run: () => tool('oxfmt/bin/oxfmt', ['--list-different']) },
    lint,
    { name: 'types', title: 'tsc in each workspace', run: checkTypes },
    imports,
    { name: 'dead code', title: 'knip', run: () => tool('knip/bin/knip.js', ['--no-progress']) },
    {
      name: 'structure',
      title: 'folders, names, rules and documents',
      run: () => Promise.resolve(resultOf(structureProblems(root))),
    },
    webSizeStep(root),
  ]
}

async function tool(script: string, args: readonly string[]): Promise<StepResult> {
  const ran = await runTool(script, args)
  return ran.code === 0 ? passed : { state: 'failed', problems: ran.output || `it ended with ${ran.code}` }
}

async function checkTypes(): Promise<StepResult> {
  const problems: string[] = []
  for (const project of typeProjects) {
    const ran = await runTool('typescript/bin/tsc', ['-p', project, '--pretty', 'false'])
    if (ran.code !== 0) problems.push(ran.output || `tsc -p ${project} ended with ${ran.code}`)
  }
  return resultOf(problems)
}
