// The whole program on a folder and a port of its own, for tests. Engines are fakes at the far end of real HTTP.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { present } from '#base/errors.ts'
import { openLog } from '#base/log.ts'
import { readConfig } from '#config/config.ts'
import type { Environment } from '#config/environment.ts'
import { digestOfMigrations } from '#db/migrate.ts'
import type { FakeOllama } from '#providers/ollama/fake-ollama.ts'
import type { FakeOpenAi } from '#providers/openai/fake-openai.ts'
import { assemble, type Assembled } from './assemble.ts'
import { makeDatabaseTemplate } from './database-template.ts'
import { discoverProviders } from './discover.ts'
import { listenEverywhere } from './listen.ts'

export interface EaselOptions {
  /** What an earlier one left: started on, and kept by `stop`. Absent: a new folder, which `stop` removes. */
  readonly dataFolder?: string
  /** Becomes the connection "Ollama" on the first start on a folder; its address is followed on later ones. */
  readonly ollama?: Pick<FakeOllama, 'baseUrl'>
  /** Becomes the connection "OpenAI". */
  readonly openai?: Pick<FakeOpenAi, 'apiUrl'>
  readonly environment?: Environment
  /** A folder with providers beside Easel's own. */
  readonly providerFolder?: string
}

export type TestEasel = Assembled['parts'] & {
  readonly app: FastifyInstance
  /** `http://127.0.0.1:<port>` */
  readonly baseUrl: string
  readonly dataFolder: string
  setUpPath: Assembled['setUpPath']
  /** `fetch` with a path instead of an address. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Running generations are handed back after `graceMs`, at once by default. */
  stop(options?: { readonly keepFolder?: boolean; readonly graceMs?: number }): Promise<void>
}

const cache = join(import.meta.dirname, '../../../../.cache')

/** A migrated database that first starts copy, because making one anew takes seconds. */
export async function databaseTemplate(): Promise<string> {
  const target = join(cache, `test-database-${digestOfMigrations()}`)
  if (existsSync(target)) return target
  mkdirSync(cache, { recursive: true })
  const draft = `${target}.${randomUUID()}`
  await makeDatabaseTemplate(draft, openLog('warn'))
  try {
    renameSync(draft, target)
  } catch (error) {
    // Another test process was faster.
    if (!existsSync(target)) throw error
  }
  rmSync(draft, { recursive: true, force: true })
  return target
}

/** The settings of a test's Easel, as environment variables. */
export async function environmentFor(dataFolder: string, { ollama, openai, environment }: EaselOptions = {}) {
  return {
    EASEL_DATA: dataFolder,
    EASEL_PORT: '0',
    EASEL_LOG: 'fatal',
    EASEL_MIN_FREE_MB: '0',
    // Nothing outside this machine is asked.
    EASEL_BREACHED_PASSWORDS: 'off',
    EASEL_DATABASE_TEMPLATE: await databaseTemplate(),
    ...(ollama === undefined ? {} : { OLLAMA_HOST: ollama.baseUrl }),
    ...(openai === undefined ? {} : { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: openai.apiUrl }),
    ...environment,
  }
}

/** Starts Easel and waits until it answers. */
export async function startEasel(options: EaselOptions = {}): Promise<TestEasel> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'easel-')))
  const { providerFolder } = options
  const more = providerFolder === undefined ? [] : await discoverProviders(providerFolder)
  const providers = new Map([...(await discoverProviders()), ...more])
  const manifests = [...providers.values()].map(({ manifest }) => manifest)
  const config = readConfig(await environmentFor(dataFolder, options), manifests)
  const assembled = await assemble({
    config,
    log: openLog(config.logLevel),
    providers,
    webFolder: null,
    version: '0.0.0',
  })
  const app = present(assembled.app, 'the HTTP server')
  const baseUrl = await listenEverywhere(app, config)
  return {
    ...assembled.parts,
    app,
    baseUrl,
    dataFolder,
    setUpPath: assembled.setUpPath,
    fetch: (path, init) => fetch(new URL(path, baseUrl), init),
    async stop({ keepFolder = options.dataFolder !== undefined, graceMs = 0 } = {}) {
      await assembled.stop(graceMs)
      if (!keepFolder) await rm(dataFolder, { recursive: true, force: true })
    },
  }
}
