// A command of the terminal: asks the running server where that has the database, and does it itself otherwise.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { StartError } from '#base/errors.ts'
import { openLog } from '#base/log.ts'
import { readConfig, type Config } from '#config/config.ts'
import { readEnvironment, type Environment } from '#config/environment.ts'
import { openInstanceKey, type OpenKeyring } from '#connections/instance-key.ts'
import { migrate } from '#db/migrate.ts'
import { runCommand } from './commands.ts'
import { askRunningServer } from './control-socket.ts'
import { discoverProviders } from './discover.ts'
import { runMain } from './main.ts'
import { openDatabase } from './open-database.ts'

async function runHere(config: Config, name: string, args: unknown): Promise<string> {
  const { databaseUrl, dataFolder } = config
  if (databaseUrl === null && !existsSync(join(dataFolder, 'db'))) {
    throw new StartError(`There is no Easel in ${dataFolder}. Set EASEL_DATA to its data folder.`)
  }
  const log = openLog('error')
  const database = await openDatabase(config, log)
  let opened: OpenKeyring | null = null
  const keyring = async () => {
    opened ??= await openInstanceKey({ ...config, database, log, lostKey: 'refuse' })
    return opened
  }
  try {
    await migrate(database)
    return await runCommand({ db: database.db, config, log, keyring }, name, args)
  } finally {
    await closeRing(opened)
    await database.close()
  }
}

async function closeRing(ring: OpenKeyring | null): Promise<void> {
  await ring?.close()
}

async function readSettings(): Promise<{ config: Config; environment: Environment }> {
  const environment = readEnvironment()
  const manifests = [...(await discoverProviders()).values()].map(({ manifest }) => manifest)
  return { environment, config: readConfig(environment, manifests) }
}

/** Runs one command and prints what it says. What a person can mend is said in a sentence, with exit code 1. */
async function run(name: string, argsFor: (environment: Environment) => Promise<unknown>): Promise<void> {
  await runMain(async () => {
    const { config, environment } = await readSettings()
    const args = await argsFor(environment)
    const said = config.databaseUrl === null ? await askRunningServer(config.dataFolder, name, args) : null
    process.stdout.write(said ?? (await runHere(config, name, args)))
  })
}

export const listUsers = (): Promise<void> => run('users-list', async () => ({}))

export const resetUser = (email: string): Promise<void> => run('users-reset', async () => ({ email }))

/** @param options `stdin`: the new secret is the first line of standard input, else `EASEL_NEW_SECRET` has it */
export async function rotateKeys(options: { readonly stdin: boolean }): Promise<void> {
  await run('keys-rotate', async ({ EASEL_NEW_SECRET: given = '' }) => {
    const text = (options.stdin ? await firstLine() : given).trim()
    return { newSecret: text === '' ? null : text }
  })
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line
  return ''
}
