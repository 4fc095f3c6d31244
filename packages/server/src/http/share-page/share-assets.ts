import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** Addresses of what the page of a link is dressed in. */
export interface ShareAssets {
  readonly styles: readonly string[]
  /** Modules. */
  readonly scripts: readonly string[]
}

/** The entry of packages/web that the page of a link loads. */
const entry = 'share/share.ts'
const nothing: ShareAssets = { styles: [], scripts: [] }

/** What Vite says of what it built: https://vite.dev/guide/backend-integration. */
const Manifest = z.record(z.string(), z.object({ file: z.string(), css: z.array(z.string()).optional() }))

/**
 * Looks up what the files of the page are called: their names carry hashes.
 * @param folder the built web app, or null when this process has none: the page is then bare, and works
 */
export function readShareAssets(folder: string | null): ShareAssets {
  if (folder === null) return nothing
  const path = join(folder, '.vite', 'manifest.json')
  if (!existsSync(path)) return nothing
  const built = Manifest.parse(JSON.parse(readFileSync(path, 'utf8')))[entry]
  if (built === undefined) return nothing
  return { styles: (built.css ?? []).map(address), scripts: [address(built.file)] }
}

function address(file: string): string {
  return `/${file}`
}
