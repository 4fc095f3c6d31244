import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { foldersIn } from './tree.ts'

const kinds = [
  {
    parent: 'packages/server/src/providers',
    apart: ['spec', 'kit'],
    wanted: [
      'provider.ts',
      'models.ts',
      'options.ts',
      'wire.ts',
      'errors.ts',
      'README.md',
      'contract.test.ts',
      'provider.test.ts',
      '__fixtures__',
    ],
  },
  {
    parent: 'packages/server/src/storage',
    apart: ['spec'],
    wanted: ['storage.ts', 'contract.test.ts', 'README.md'],
  },
] as const

/** Every provider and every storage backend is one folder with the same files, because the folders are the registry. */
export function plugInFolderProblems(root: string): readonly string[] {
  return kinds.flatMap((kind) =>
    foldersIn(join(root, kind.parent))
      .filter((name) => !kind.apart.some((apart) => apart === name))
      .flatMap((name) =>
        kind.wanted
          .filter((file) => !existsSync(join(root, kind.parent, name, file)))
          .map((file) => `${kind.parent}/${name} has no ${file}`),
      ),
  )
}
