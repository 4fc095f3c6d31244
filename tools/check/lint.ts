import { z } from 'zod'
import { runTool } from '../processes.ts'
import type { Ran } from '../processes.ts'
import { resultOf, type Step, type StepResult } from './step.ts'

const importRules = ['eslint(no-restricted-imports)', 'import(no-cycle)', 'import(no-self-import)']

const Report = z.object({
  diagnostics: z.array(
    z.object({
      message: z.string(),
      help: z.string().nullish(),
      code: z.string().nullish(),
      filename: z.string(),
      labels: z.array(z.object({ span: z.object({ line: z.int(), column: z.int() }) })),
    }),
  ),
})
type Diagnostic = z.infer<typeof Report>['diagnostics'][number]

/** Two steps out of one run of the linter: what is about the import table and cycles, and everything else. */
export function lintSteps(folder?: string): { readonly lint: Step; readonly imports: Step } {
  let ran: Promise<Ran> | undefined
  const report = (): Promise<Ran> => (ran ??= runTool('oxlint/bin/oxlint', ['-f', 'json'], folder))
  return {
    lint: {
      name: 'lint',
      title: 'oxlint with types',
      run: async () => resultFrom(await report(), (code) => !importRules.includes(code)),
    },
    imports: {
      name: 'imports',
      title: 'import table, no cycles',
      run: async () => resultFrom(await report(), (code) => importRules.includes(code)),
    },
  }
}

function resultFrom(ran: Ran, concerns: (code: string) => boolean): StepResult {
  const diagnostics = parse(ran.output)
  if (diagnostics === null) return { state: 'failed', problems: ran.output || `oxlint ended with ${ran.code}` }
  return resultOf(diagnostics.filter((found) => concerns(found.code ?? '')).map(line))
}

function parse(output: string): Diagnostic[] | null {
  try {
    const parsed = Report.safeParse(JSON.parse(output))
    return parsed.success ? parsed.data.diagnostics : null
  } catch {
    return null
  }
}

function line(found: Diagnostic): string {
  const span = found.labels[0]?.span
  const place = span === undefined ? found.filename : `${found.filename}:${span.line}:${span.column}`
  const advice = found.code === 'eslint(no-restricted-imports)' && found.help ? ` ${found.help}` : ''
  return `${place} ${found.message}${advice} [${found.code ?? 'oxlint'}]`
}
