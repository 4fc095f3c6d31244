// Notes what it is asked for, and instead of downloading copies what lies beside it.
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = process.env.FAKE_ROOT
const modules = join(root, 'node_modules')
const task = process.argv[2]
appendFileSync(join(root, 'npm.trace'), `${process.argv.slice(2).join(' ')}\n`)

const failure = process.env[`FAKE_NPM_${task}`]
if (failure) {
  console.error(`npm error code ${failure}\nnpm error it went wrong`)
  process.exit(1)
}

if (task === 'ci') rmSync(modules, { recursive: true, force: true })
if (task !== 'rebuild') cpSync(join(import.meta.dirname, 'installed'), modules, { recursive: true })
if (process.env.FAKE_NPM_SCRIPTS !== 'refused') await import(join(modules, 'node', 'installArchSpecificPackage.js'))

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const installed = Object.entries(packages).filter(([name]) => name.startsWith('node_modules/'))
writeFileSync(join(modules, '.package-lock.json'), JSON.stringify({ packages: Object.fromEntries(installed) }))
