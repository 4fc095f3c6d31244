// Makes the packages that others install: JavaScript, since Node.js strips no types inside node_modules.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { root, runNpm, runTool, type Ran } from '../processes.ts'

const Manifest = z.object({ version: z.string(), license: z.string(), dependencies: z.record(z.string(), z.string()) })

interface Packed {
  /** The workspace's folder. */
  readonly folder: string
  readonly manifest: object
  readonly withTypes: boolean
}

function versionsOf(folder: string): z.infer<typeof Manifest> {
  return Manifest.parse(JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')))
}

function packages(): readonly Packed[] {
  const common = { type: 'module', engines: { node: '>=20' } }
  const { version, license } = versionsOf('client')
  const { zod } = versionsOf('contract').dependencies
  return [
    {
      folder: 'client',
      withTypes: true,
      manifest: {
        name: '@easel/client',
        description: 'The client of Easel, a self-hosted image-generation studio and library.',
        version,
        license,
        ...common,
        exports: { '.': { types: './types/client/src/client.d.ts', default: './client.js' } },
        dependencies: { zod },
      },
    },
    {
      folder: 'cli',
      withTypes: false,
      manifest: {
        name: '@easel/cli',
        description: 'Easel in the terminal: make, find, save and share pictures on any Easel server.',
        version,
        license,
        ...common,
        bin: { easel: 'easel.js' },
      },
    },
  ]
}

async function must(ran: Promise<Ran>): Promise<string> {
  const { code, output } = await ran
  if (code === 0) return output
  throw new Error(`It ended with ${code}: ${output}`)
}

/** What one workspace takes from another by its name is beside it here. */
function joinTypes(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name)
    if (!statSync(path).isFile()) continue
    if (name.endsWith('.test.d.ts')) {
      rmSync(path)
      continue
    }
    const text = readFileSync(path, 'utf8')
      .replaceAll(/(['"])@easel\/contract\1/g, "'../../contract/src/contract.js'")
      .replaceAll(/(['"])(\.{1,2}\/[^'"]+)\.ts\1/g, "'$2.js'")
    writeFileSync(path, text)
  }
}

async function build({ folder, manifest, withTypes }: Packed, to: string): Promise<void> {
  const source = join(root, 'packages', folder)
  const args = ['build', source, '--outDir', to, '--emptyOutDir', '--logLevel', 'warn']
  await must(runTool('vite/bin/vite.js', args))
  if (withTypes) {
    const types = join(to, 'types')
    const emit = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly']
    const where = ['--rootDir', join(root, 'packages'), '--outDir', types]
    for (const name of ['contract', folder])
      await must(runTool('typescript/bin/tsc', ['-p', join(root, 'packages', name), ...emit, ...where]))
    joinTypes(types)
  }
  writeFileSync(join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  cpSync(join(source, 'README.md'), join(to, 'README.md'))
  cpSync(join(root, 'LICENSE'), join(to, 'LICENSE'))
}

const [target = '.'] = process.argv.slice(2)
const destination = resolve(target)
mkdirSync(destination, { recursive: true })
const work = mkdtempSync(join(tmpdir(), 'easel-pack-'))
try {
  for (const one of packages()) {
    const staged = join(work, one.folder)
    await build(one, staged)
    const packed = await must(
      runNpm(['pack', staged, '--silent', '--ignore-scripts', '--pack-destination', destination]),
    )
    console.log(join(destination, packed.trim()))
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
