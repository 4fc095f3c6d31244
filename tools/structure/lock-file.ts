import { z } from 'zod'
import { textOf } from './tree.ts'

const Lock = z.object({
  packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
})

/**
 * npm leaves a platform's binary out of the lock file when the registry did not have it on that day, and from then on
 * `npm ci` refuses the file.
 */
export function lockFileProblems(root: string): readonly string[] {
  const { packages } = Lock.parse(JSON.parse(textOf(root, 'package-lock.json')))
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.keys(entry.optionalDependencies ?? {})
      .filter((name) => !placesFor(path, name).some((place) => Object.hasOwn(packages, place)))
      .map((name) => `package-lock.json lacks ${name}, which ${path} may need`),
  )
}

/** Where a package at `path` finds another one: in its own node_modules, or in one further up. */
function placesFor(path: string, name: string): readonly string[] {
  const parts = path.split('/node_modules/')
  const nested = parts.map((_, index) => `${parts.slice(0, index + 1).join('/node_modules/')}/node_modules/${name}`)
  return [...nested, `node_modules/${name}`]
}
