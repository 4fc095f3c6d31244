import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { StartError } from '#base/errors.ts'
import { readConfig, type EngineVariables } from './config.ts'
import { readEnvironment, type Environment } from './environment.ts'
import { settings } from './settings.ts'

const openai = {
  environment: { key: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL' },
  defaultBaseUrl: 'https://api.openai.com/v1',
}
const ollama = { environment: { baseUrl: 'OLLAMA_HOST' }, defaultBaseUrl: 'http://127.0.0.1:11434' }

function faultsOf(environment: Environment, engines: readonly EngineVariables[] = []): readonly string[] {
  try {
    readConfig(environment, engines)
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    const [first, ...faults] = error.message.split('\n  - ')
    expect(first).toBe('Easel cannot start with these settings:')
    return faults
  }
  return []
}

describe('readConfig', () => {
  it('needs no settings at all', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8080,
      extraPorts: [],
      dataFolder: resolve('data'),
      databaseTemplate: null,
      auth: 'local',
      secret: null,
      lostKey: 'refuse',
      corsOrigins: [],
      databaseUrl: null,
      storageUrl: null,
      role: 'all',
      logLevel: 'info',
      trashDays: 30,
      workers: 4,
      minFreeBytes: 200 * 1024 * 1024,
      maxUploadBytes: 100 * 1024 * 1024,
      engines: {},
    })
  })

  it('reads every setting', () => {
    const config = readConfig(
      {
        EASEL_HOST: '[::1]',
        EASEL_PORT: '0',
        EASEL_EXTRA_PORTS: '3000, 8000 8888,3000',
        EASEL_DATA: '/srv/easel',
        EASEL_DATABASE_TEMPLATE: '/srv/template',
        EASEL_AUTH: 'local',
        EASEL_SECRET: 's'.repeat(32),
        EASEL_LOST_KEY: 'forget',
        EASEL_CORS_ORIGINS: 'https://example.com,http://localhost:5173/',
        DATABASE_URL: 'postgres://easel:secret@db:5432/easel',
        EASEL_STORAGE: 's3://bucket/prefix',
        EASEL_ROLE: 'worker',
        EASEL_LOG: 'debug',
        EASEL_TRASH_DAYS: '0',
        EASEL_WORKERS: '8',
        EASEL_MIN_FREE_MB: '1',
        EASEL_MAX_UPLOAD_MB: '2',
        OPENAI_API_KEY: 'sk-1',
        OPENAI_BASE_URL: 'https://proxy.example/v1/',
        OTHER_API_KEY: 'not ours',
      },
      [openai, ollama],
    )
    expect(config).toEqual({
      host: '::1',
      port: 0,
      extraPorts: [3000, 8000, 8888],
      dataFolder: '/srv/easel',
      databaseTemplate: '/srv/template',
      auth: 'local',
      secret: 's'.repeat(32),
      lostKey: 'forget',
      corsOrigins: ['https://example.com', 'http://localhost:5173'],
      databaseUrl: 'postgres://easel:secret@db:5432/easel',
      storageUrl: 's3://bucket/prefix',
      role: 'worker',
      logLevel: 'debug',
      trashDays: 0,
      workers: 8,
      minFreeBytes: 1_048_576,
      maxUploadBytes: 2_097_152,
      engines: { OPENAI_API_KEY: 'sk-1', OPENAI_BASE_URL: 'https://proxy.example/v1' },
    })
  })

  it('is frozen all the way down', () => {
    const config = readConfig({ EASEL_EXTRA_PORTS: '3000' })
    for (const part of [config, config.extraPorts, config.corsOrigins, config.engines]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it('takes a variable that is set to nothing as not set', () => {
    const empty = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, ' ']))
    expect(readConfig({ ...empty, OLLAMA_HOST: '' }, [ollama])).toEqual(readConfig({}))
  })

  it.each<[string, string, string]>([
    ['EASEL_HOST', '0.0.0.0', 'accounts are not in this version yet'],
    ['EASEL_HOST', '192.168.1.2', 'must be a loopback address'],
    ['EASEL_HOST', '127.0.0.1.example.com', 'must be a loopback address'],
    ['EASEL_PORT', '80a', 'must be a whole number from 0 to 65535 (it is "80a")'],
    ['EASEL_PORT', '65536', 'from 0 to 65535'],
    ['EASEL_PORT', '-1', 'from 0 to 65535'],
    ['EASEL_PORT', '1e3', 'from 0 to 65535'],
    ['EASEL_AUTH', 'accounts', 'must be local; accounts are not in this version yet'],
    ['EASEL_AUTH', 'none', 'must be local'],
    ['EASEL_SECRET', 'too short', 'must be at least 32 characters long'],
    ['EASEL_LOST_KEY', 'ignore', 'must be refuse or forget'],
    ['EASEL_CORS_ORIGINS', '*', 'must be origins such as https://example.com'],
    ['EASEL_CORS_ORIGINS', 'https://example.com/path', 'must be origins'],
    ['EASEL_CORS_ORIGINS', 'https://example.com, null', 'must be origins'],
    ['EASEL_EXTRA_PORTS', '3000,0', 'must be port numbers from 1 to 65535'],
    ['EASEL_EXTRA_PORTS', '3000,8080', 'must not repeat EASEL_PORT (8080)'],
    ['DATABASE_URL', 'mysql://root@db/easel', 'must be a PostgreSQL address'],
    ['DATABASE_URL', 'db', 'must be a PostgreSQL address'],
    ['EASEL_STORAGE', 'bucket', 'must be a URL'],
    ['EASEL_ROLE', 'both', 'must be all, api or worker'],
    ['EASEL_ROLE', 'api', 'only with DATABASE_URL'],
    ['EASEL_ROLE', 'worker', 'only with DATABASE_URL'],
    ['EASEL_LOG', 'loud', 'must be silent, fatal, error, warn, info or debug'],
    ['EASEL_TRASH_DAYS', '30.5', 'must be a whole number'],
    ['EASEL_WORKERS', '0', 'must be a whole number from 1 to 64'],
    ['EASEL_MIN_FREE_MB', 'much', 'must be a whole number'],
    ['EASEL_MAX_UPLOAD_MB', '0', 'must be a whole number'],
  ])('refuses %s=%s', (name, value, problem) => {
    const faults = faultsOf({ [name]: value })
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} `))
    expect(faults[0]).toContain(problem)
  })

  it('names every fault at once', () => {
    const faults = faultsOf({ EASEL_PORT: 'x', EASEL_LOG: 'x', EASEL_ROLE: 'api', EASEL_DTA: 'x', OLLAMA_HOST: '//' }, [
      ollama,
    ])
    expect(new Set(faults.map((fault) => fault.split(' ')[0]))).toEqual(
      new Set(['EASEL_DTA', 'EASEL_LOG', 'EASEL_PORT', 'EASEL_ROLE', 'OLLAMA_HOST']),
    )
  })

  it('never repeats what may be secret', () => {
    const secret = 'hunter2'
    const faults = faultsOf(
      {
        EASEL_SECRET: secret,
        DATABASE_URL: `mysql://root:${secret}@db`,
        EASEL_STORAGE: `${secret}@`,
        OPENAI_API_KEY: `${secret} \u00e9`,
        OLLAMA_HOST: `http://me:${secret}@host`,
      },
      [openai, ollama],
    )
    expect(faults).toHaveLength(5)
    expect(faults.join()).not.toContain(secret)
  })

  it('refuses a name that is nearly a setting and says which was meant', () => {
    expect(faultsOf({ EASEL_PROT: '80' })).toEqual([
      'EASEL_PROT is not a setting of this version: did you mean EASEL_PORT?',
    ])
    expect(faultsOf({ EASEL_DATADIR: '/x' })).toEqual([
      'EASEL_DATADIR is not a setting of this version: did you mean EASEL_DATA?',
    ])
    expect(faultsOf({ EASEL_COMPLETELY_ELSE: '1' })).toEqual(['EASEL_COMPLETELY_ELSE is not a setting of this version'])
  })

  it("lets our tools' own names and everybody else's be", () => {
    expect(faultsOf({ EASEL_CHROMIUM: '/x', EASEL_TEST_POSTGRES: 'x', PATH: '/bin', EASELX: '1' })).toEqual([])
  })

  it.each([
    ['gpu-box', 'http://gpu-box:11434'],
    ['gpu-box:1234', 'http://gpu-box:1234'],
    ['gpu-box:80', 'http://gpu-box'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8000', 'http://127.0.0.1:8000'],
    ['[::]:8000', 'http://[::1]:8000'],
    [':8000', 'http://127.0.0.1:8000'],
    ['http://0.0.0.0:11434/', 'http://127.0.0.1:11434'],
    ['https://ollama.example.com', 'https://ollama.example.com'],
    ['https://example.com/ollama/', 'https://example.com/ollama'],
    ['example.com/ollama', 'http://example.com:11434/ollama'],
  ])('reads OLLAMA_HOST=%s as %s', (given, meant) => {
    expect(readConfig({ OLLAMA_HOST: given }, [ollama]).engines).toEqual({ OLLAMA_HOST: meant })
  })

  it('takes the scheme of the usual address where there is none, so that a key does not go out in clear', () => {
    const { engines } = readConfig({ OPENAI_BASE_URL: 'proxy.example/v1' }, [openai])
    expect(engines).toEqual({ OPENAI_BASE_URL: 'https://proxy.example/v1' })
  })

  it.each(['ftp://host', 'http://', 'http://host?key=1', 'http://host/#x', 'a b'])(
    'refuses OLLAMA_HOST=%s',
    (given) => {
      expect(faultsOf({ OLLAMA_HOST: given }, [ollama])).toHaveLength(1)
    },
  )
})

describe('readEnvironment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'easel-env-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('adds what stands in .env; the process wins', () => {
    writeFileSync(join(folder, '.env'), '\uFEFFEASEL_PORT=1234 # comment\nexport EASEL_LOG="debug"\n\n# EASEL_HOST=x\n')
    expect(readEnvironment(folder, { EASEL_LOG: 'warn', HOME: '/root' })).toEqual({
      EASEL_PORT: '1234',
      EASEL_LOG: 'warn',
      HOME: '/root',
    })
  })

  it('does without the file', () => {
    expect(readEnvironment(join(folder, 'nowhere'), { A: '1' })).toEqual({ A: '1' })
  })

  it('says so when the file cannot be read', () => {
    const odd = join(folder, 'odd')
    mkdirSync(join(odd, '.env'), { recursive: true })
    expect(() => readEnvironment(odd, {})).toThrow(StartError)
    expect(() => readEnvironment(odd, {})).toThrow(/settings file .*\.env cannot be read/)
  })
})
