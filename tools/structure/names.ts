import { filesUnder } from './tree.ts'

const shapeless = /(^|[/-])(utils?|helpers?|lib|libs|misc|common)(\/|\.[a-z.]+$)/

/** Names that hide their subject, and `index.ts`, which hides where a thing comes from. */
export function nameProblems(root: string): readonly string[] {
  const files = ['packages', 'tools', 'test', 'bench'].flatMap((folder) => filesUnder(root, folder))
  const code = files.filter((file) => /\.(m?[jt]s|tsx)$/.test(file) && !file.includes('/__fixtures__/'))
  return code.flatMap((file) => {
    if (/(^|\/)index\.(m?[jt]s|tsx)$/.test(file))
      return [`${file}: there are no index files; name it after its subject`]
    return shapeless.test(file) ? [`${file}: name it after its subject, not "utils", "helpers" or "lib"`] : []
  })
}
