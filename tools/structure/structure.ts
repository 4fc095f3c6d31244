import { architectureTableProblems } from './architecture-table.ts'
import { decisionProblems } from './decisions.ts'
import { errorTableProblems } from './error-table.ts'
import { lintExceptionProblems } from './lint-exceptions.ts'
import { lockFileProblems } from './lock-file.ts'
import { nameProblems } from './names.ts'
import { plugInFolderProblems } from './plug-in-folders.ts'
import { specRuleProblems } from './spec-rules.ts'

/** What is wrong with the shape of the tree and with the documents that describe it, one sentence each. */
export function structureProblems(root: string): readonly string[] {
  return [
    plugInFolderProblems,
    nameProblems,
    decisionProblems,
    specRuleProblems,
    lintExceptionProblems,
    errorTableProblems,
    lockFileProblems,
    architectureTableProblems,
  ].flatMap((check) => check(root))
}
