import { filesUnder, textOf } from './tree.ts'

const exception = /(?:oxlint|eslint)-disable(?:-next-line|-line)?\b([^\n]*)/g

/** An exception from a lint rule names the rule and, after ` -- `, the reason. */
export function lintExceptionProblems(root: string): readonly string[] {
  return ['packages', 'tools', 'test', 'bench']
    .flatMap((folder) => filesUnder(root, folder))
    .filter((file) => /\.(m?[jt]s|tsx)$/.test(file) && !file.startsWith('tools/structure/'))
    .flatMap((file) =>
      [...textOf(root, file).matchAll(exception)]
        .filter((match) => !/^\s+\S+.* -- \S/.test(match[1] ?? ''))
        .map((match) => `${file}: "${match[0].trim()}" has to name the rule and, after " -- ", the reason`),
    )
}
