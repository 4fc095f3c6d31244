// `npm start`: reads the settings, builds everything, serves until told to stop.
import { join } from 'node:path'
import { existsSync, readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { z } from 'zod'
import { messageOf } from '#base/errors.ts'
import { openLog, type Log } from '#base/log.ts'
import { readConfig, type Config } from '#config/config.ts'
import { readEnvironment } from '#config/environment.ts'
import { assemble, type Assembled } from './assemble.ts'
import { discoverProviders } from './discover.ts'
import { letPoolGiveWay } from './give-way.ts'
import { listenEverywhere } from './listen.ts'
import { runMain } from './main.ts'

const graceMs = 10_000
const packages = join(import.meta.dirname, '../../..')

function readVersion(): string {
  const text = readFileSync(join(packages, 'server/package.json'), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version
}

/** Ctrl-C and a supervisor's stop end the work in order; a second one ends it at once. */
function stopOnSignal(log: Log, assembled: Assembled): void {
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1)
    stopping = true
    log.info({ signal }, 'stopping')
    // What hangs, such as a database that is cut off, must not keep the process: everything accepted is durable.
    setTimeout(() => {
      log.error('did not stop in time')
      process.exit(1)
    }, 2 * graceMs).unref()
    assembled.stop(graceMs).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** Where people's browsers find it: an address that stands for every one of the machine is none to go to. */
function pageOf({ publicUrl }: Config, address: string | null): string {
  return publicUrl ?? (address ?? '').replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, '//localhost')
}

async function start(
  config: Config,
  log: Log,
  providers: Awaited<ReturnType<typeof discoverProviders>>,
): Promise<void> {
  const web = join(packages, 'web/dist')
  const webFolder = existsSync(web) ? web : null
  const assembled = await assemble({ config, log, providers, webFolder, version: readVersion() })
  stopOnSignal(log, assembled)
  try {
    const address = assembled.app === null ? null : await listenEverywhere(assembled.app, config)
    // For people, who read this in a terminal among the log's lines.
    process.stdout.write(address === null ? 'Easel is working.\n' : `Easel is ready: ${address}\n`)
    const path = address === null ? null : await assembled.setUpPath()
    if (path !== null) process.stdout.write(`Make the administrator's account: ${pageOf(config, address)}${path}\n`)
  } catch (error) {
    await assembled.stop(0)
    throw error
  }
}

// An engine's answer is megabytes of text. As V8 sizes its heap by itself, nearly every answer begins a collection of the whole of
// it, which takes as long as all the rest; with room for three times what is alive, few do. Buffers count towards that room: V8 would
// else begin a collection after every 64 MB of them, which are four answers.
setFlagsFromString('--heap-growing-percent=200')
setFlagsFromString('--external-memory-accounted-in-global-limit')

await runMain(async () => {
  const providers = await discoverProviders()
  const manifests = [...providers.values()].map(({ manifest }) => manifest)
  const config = readConfig(readEnvironment(), manifests)
  const log = openLog(config.logLevel)
  await letPoolGiveWay().catch((error: unknown) =>
    // Where a sandbox forbids it: everything works, and answers wait longer while much is made.
    log.info({ reason: messageOf(error) }, 'threads keep their priority'),
  )
  // An adapter's mistake must not end everybody's work; the generation it belongs to fails by its own means.
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was left to fail'))
  await start(config, log, providers)
})
