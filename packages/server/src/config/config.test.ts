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

const nowhere = {
  endpoint: null,
  publicEndpoint: null,
  region: null,
  keyId: null,
  secretKey: null,
  sessionToken: null,
}

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
      publicUrl: null,
      cdnUrl: null,
      handOff: null,
      signedUrls: false,
      gallery: false,
      signUp: 'invite',
      guests: { allowed: false, days: 7 },
      compatUser: null,
      trustedProxies: [],
      privateEngines: 'everyone',
      breachedPasswords: 'https://api.pwnedpasswords.com',
      oidc: null,
      mail: null,
      quota: { bytes: null, imagesADay: null, atOnce: null, moneyAMonth: null },
      guestQuota: { bytes: 200 * 1024 * 1024, imagesADay: 20, atOnce: 2, moneyAMonth: null },
      rates: { signIn: 10, generate: 120, upload: 600, share: 600 },
      secret: null,
      lostKey: 'refuse',
      corsOrigins: [],
      databaseUrl: null,
      storageUrl: null,
      storageAccess: nowhere,
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
        EASEL_HOST: '[::]',
        EASEL_PORT: '0',
        EASEL_EXTRA_PORTS: '3000, 8000 8888,3000',
        EASEL_DATA: '/srv/easel',
        EASEL_DATABASE_TEMPLATE: '/srv/template',
        EASEL_AUTH: 'accounts',
        EASEL_PUBLIC_URL: 'https://Pictures.example.com/',
        EASEL_CDN_URL: 'https://cdn.example.com/',
        EASEL_HAND_OFF: 'x-accel:/easel-files/',
        EASEL_GALLERY: 'on',
        EASEL_SIGNUP: 'open',
        EASEL_GUESTS: 'on',
        EASEL_GUEST_DAYS: '3',
        EASEL_COMPAT_USER: 'Old@Example.com',
        EASEL_TRUSTED_PROXIES: '10.0.0.0/8, ::1 192.168.1.2',
        EASEL_PRIVATE_ENGINES: 'nobody',
        EASEL_BREACHED_PASSWORDS: 'http://127.0.0.1:9000',
        EASEL_OIDC_ISSUER: 'https://login.example.com/realm',
        EASEL_OIDC_CLIENT_ID: 'easel',
        EASEL_OIDC_CLIENT_SECRET: 'between us',
        EASEL_OIDC_NAME: 'The office',
        SMTP_URL: 'smtps://me:pass@mail.example.com',
        EASEL_MAIL_FROM: 'easel@example.com',
        EASEL_QUOTA_MB: '5',
        EASEL_QUOTA_IMAGES_A_DAY: '6',
        EASEL_QUOTA_AT_ONCE: '7',
        EASEL_QUOTA_MONEY_A_MONTH: '8',
        EASEL_GUEST_QUOTA_MB: '9',
        EASEL_GUEST_IMAGES_A_DAY: '10',
        EASEL_RATE_SIGN_IN: '11',
        EASEL_RATE_GENERATE: '12',
        EASEL_RATE_UPLOAD: '13',
        EASEL_RATE_SHARE: '14',
        EASEL_SECRET: 's'.repeat(32),
        EASEL_LOST_KEY: 'forget',
        EASEL_CORS_ORIGINS: 'https://example.com,http://localhost:5173/',
        DATABASE_URL: 'postgres://easel:secret@db:5432/easel',
        EASEL_STORAGE: 'file:///srv/pictures',
        S3_ENDPOINT: 'https://s3.example.com/path',
        S3_PUBLIC_ENDPOINT: 'https://pictures.example.com',
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIA',
        AWS_SECRET_ACCESS_KEY: 'between us',
        AWS_SESSION_TOKEN: 'for an hour',
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
      host: '::',
      port: 0,
      extraPorts: [3000, 8000, 8888],
      dataFolder: '/srv/easel',
      databaseTemplate: '/srv/template',
      auth: 'accounts',
      publicUrl: 'https://pictures.example.com',
      cdnUrl: 'https://cdn.example.com',
      handOff: '/easel-files/',
      signedUrls: false,
      gallery: true,
      signUp: 'open',
      guests: { allowed: true, days: 3 },
      compatUser: 'old@example.com',
      trustedProxies: ['10.0.0.0/8', '::1', '192.168.1.2'],
      privateEngines: 'nobody',
      breachedPasswords: 'http://127.0.0.1:9000',
      oidc: {
        issuer: 'https://login.example.com/realm',
        clientId: 'easel',
        clientSecret: 'between us',
        name: 'The office',
      },
      mail: { url: 'smtps://me:pass@mail.example.com', from: 'easel@example.com' },
      quota: { bytes: 5 * 1024 * 1024, imagesADay: 6, atOnce: 7, moneyAMonth: 8 },
      guestQuota: { bytes: 9 * 1024 * 1024, imagesADay: 10, atOnce: 2, moneyAMonth: null },
      rates: { signIn: 11, generate: 12, upload: 13, share: 14 },
      secret: 's'.repeat(32),
      lostKey: 'forget',
      corsOrigins: ['https://example.com', 'http://localhost:5173'],
      databaseUrl: 'postgres://easel:secret@db:5432/easel',
      storageUrl: 'file:///srv/pictures',
      storageAccess: {
        endpoint: 'https://s3.example.com/path',
        publicEndpoint: 'https://pictures.example.com',
        region: 'eu-central-1',
        keyId: 'AKIA',
        secretKey: 'between us',
        sessionToken: 'for an hour',
      },
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
    const config = readConfig({
      EASEL_EXTRA_PORTS: '3000',
      EASEL_PUBLIC_URL: 'https://example.com',
      EASEL_OIDC_ISSUER: 'https://login.example.com',
      EASEL_OIDC_CLIENT_ID: 'a',
      EASEL_OIDC_CLIENT_SECRET: 'b',
      SMTP_URL: 'smtp://mail.example.com',
      EASEL_MAIL_FROM: 'a@example.com',
    })
    const parts = Object.values(config).filter((part) => typeof part === 'object' && part !== null)
    expect(parts.length).toBeGreaterThan(9)
    for (const part of [config, ...parts]) expect(Object.isFrozen(part)).toBe(true)
  })

  it('takes a variable that is set to nothing as not set', () => {
    const empty = Object.fromEntries(Object.keys(settings.shape).map((name) => [name, ' ']))
    expect(readConfig({ ...empty, OLLAMA_HOST: '' }, [ollama])).toEqual(readConfig({}))
  })

  it.each<[string, string, string]>([
    ['EASEL_HOST', '127.0.0.1.example.com', 'must be an IP address or localhost'],
    ['EASEL_HOST', '256.0.0.1', 'must be an IP address or localhost'],
    ['EASEL_PUBLIC_URL', 'pictures.example.com', 'must be the address that people use'],
    ['EASEL_PUBLIC_URL', 'https://example.com/easel', 'must be the address that people use'],
    ['EASEL_SIGNUP', 'yes', 'must be closed, invite or open'],
    ['EASEL_GUESTS', 'true', 'must be off or on'],
    ['EASEL_GUEST_DAYS', '0', 'must be a whole number from 1 to 3650'],
    ['EASEL_COMPAT_USER', 'somebody', 'must be the e-mail address of an account'],
    ['EASEL_TRUSTED_PROXIES', '10.0.0.0/33', 'must be addresses or ranges such as 10.0.0.0/8'],
    ['EASEL_TRUSTED_PROXIES', 'nginx', 'must be addresses or ranges'],
    ['EASEL_PRIVATE_ENGINES', 'guests', 'must be everyone, admins or nobody'],
    ['EASEL_BREACHED_PASSWORDS', 'on', 'must be off, or the address of a service'],
    ['EASEL_OIDC_ISSUER', 'login', 'must be an address such as https://login.example.com'],
    ['EASEL_OIDC_NAME', 'x'.repeat(41), ''],
    ['SMTP_URL', 'mail.example.com', 'must be an address such as smtps://'],
    ['EASEL_MAIL_FROM', 'easel', 'must be an e-mail address'],
    ['EASEL_QUOTA_MB', '0', 'must be a whole number from 1 to 1000000000'],
    ['EASEL_QUOTA_IMAGES_A_DAY', 'many', 'must be a whole number'],
    ['EASEL_QUOTA_AT_ONCE', '-1', 'must be a whole number'],
    ['EASEL_QUOTA_MONEY_A_MONTH', '1.5', 'must be a whole number'],
    ['EASEL_GUEST_QUOTA_MB', '0', 'must be a whole number'],
    ['EASEL_GUEST_IMAGES_A_DAY', '0', 'must be a whole number'],
    ['EASEL_RATE_SIGN_IN', '0', 'must be a whole number'],
    ['EASEL_RATE_GENERATE', '0', 'must be a whole number'],
    ['EASEL_RATE_UPLOAD', '0', 'must be a whole number'],
    ['EASEL_RATE_SHARE', '0', 'must be a whole number'],
    ['EASEL_PORT', '80a', 'must be a whole number from 0 to 65535 (it is "80a")'],
    ['EASEL_PORT', '65536', 'from 0 to 65535'],
    ['EASEL_PORT', '-1', 'from 0 to 65535'],
    ['EASEL_PORT', '1e3', 'from 0 to 65535'],
    ['EASEL_AUTH', 'none', 'must be local or accounts'],
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
    ['S3_ENDPOINT', 's3.example.com', 'must be the address of a service, such as https://s3.example.com'],
    ['S3_ENDPOINT', 'https://me:secret@s3.example.com', 'must be the address of a service'],
    ['S3_PUBLIC_ENDPOINT', 'ftp://s3.example.com', 'must be the address of a service'],
    ['EASEL_HAND_OFF', 'signed-url', 'can be signed-url only where EASEL_STORAGE is a bucket'],
    ['EASEL_ROLE', 'both', 'must be all, api or worker'],
    ['EASEL_ROLE', 'api', 'only with DATABASE_URL'],
    ['EASEL_ROLE', 'worker', 'only with DATABASE_URL'],
    ['EASEL_LOG', 'loud', 'must be silent, fatal, error, warn, info or debug'],
    ['EASEL_TRASH_DAYS', '30.5', 'must be a whole number'],
    ['EASEL_WORKERS', '0', 'must be a whole number from 1 to 64'],
    ['EASEL_MIN_FREE_MB', 'much', 'must be a whole number'],
    ['EASEL_MAX_UPLOAD_MB', '0', 'must be a whole number'],
  ])('refuses %s=%s', (name, value, problem) => {
    // Some need others to be of use at all; these stand beside them.
    const faults = faultsOf({ [name]: value }).filter((fault) => !/belong together|must be set/.test(fault))
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(new RegExp(`^${name} `))
    expect(faults[0]).toContain(problem)
  })

  it('AC50: is local on a loopback address and has accounts on any other, unless said otherwise', () => {
    for (const host of ['127.0.0.1', '127.8.8.8', 'localhost', '::1', '[::1]']) {
      expect(readConfig({ EASEL_HOST: host }).auth, host).toBe('local')
      expect(readConfig({ EASEL_HOST: host, EASEL_AUTH: 'accounts' }).auth, host).toBe('accounts')
      expect(faultsOf({ EASEL_HOST: host, EASEL_AUTH: 'local' }), host).toEqual([])
    }
    for (const host of ['0.0.0.0', '192.168.1.2', '::', '[::]', '2001:db8::1', '::ffff:127.0.0.1']) {
      expect(readConfig({ EASEL_HOST: host }).auth, host).toBe('accounts')
      const faults = faultsOf({ EASEL_HOST: host, EASEL_AUTH: 'local' })
      expect(faults, host).toEqual([expect.stringContaining('EASEL_AUTH can be local only on a loopback address')])
    }
  })

  it('lets engines on private addresses be for everybody alone on one’s own machine', () => {
    expect(readConfig({ EASEL_AUTH: 'accounts' }).privateEngines).toBe('admins')
    expect(readConfig({ EASEL_AUTH: 'accounts', EASEL_PRIVATE_ENGINES: 'everyone' }).privateEngines).toBe('everyone')
  })

  it('asks nobody about passwords when told so', () => {
    expect(readConfig({ EASEL_BREACHED_PASSWORDS: 'off' }).breachedPasswords).toBeNull()
  })

  it.each<[string, Environment, string]>([
    [
      'single sign-on in part',
      { EASEL_OIDC_ISSUER: 'https://a.example' },
      'EASEL_OIDC_CLIENT_ID and EASEL_OIDC_CLIENT_S',
    ],
    ['mail without a sender', { SMTP_URL: 'smtp://a.example' }, 'SMTP_URL and EASEL_MAIL_FROM belong together'],
    ['a sender without mail', { EASEL_MAIL_FROM: 'a@a.example' }, 'SMTP_URL and EASEL_MAIL_FROM belong together'],
    [
      'mail that leads nowhere',
      { SMTP_URL: 'smtp://a.example', EASEL_MAIL_FROM: 'a@a.example' },
      'EASEL_PUBLIC_URL must be set for SMTP_URL',
    ],
    [
      'single sign-on that leads nowhere',
      { EASEL_OIDC_ISSUER: 'https://a.example', EASEL_OIDC_CLIENT_ID: 'a', EASEL_OIDC_CLIENT_SECRET: 'b' },
      'EASEL_PUBLIC_URL must be set for EASEL_OIDC_ISSUER',
    ],
  ])('refuses %s', (_, environment, fault) => {
    expect(faultsOf(environment)).toEqual([expect.stringContaining(fault)])
  })

  const bucket = { EASEL_STORAGE: 's3://pictures/easel', S3_ENDPOINT: 'http://127.0.0.1:9000' }
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }

  it('takes a bucket, of Amazon and of others', () => {
    expect(faultsOf({ ...bucket, ...keys, EASEL_HAND_OFF: 'signed-url' })).toEqual([])
    // A machine of Amazon may have a role instead of keys.
    expect(faultsOf({ EASEL_STORAGE: 's3://pictures', AWS_REGION: 'eu-central-1' })).toEqual([])
    // Other programs' settings are no business of ours.
    expect(faultsOf({ AWS_ACCESS_KEY_ID: 'a', AWS_REGION: '' })).toEqual([])
  })

  it.each<[string, Environment, string]>([
    ['a bucket without keys', bucket, 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY must be set for S3_ENDPOINT'],
    [
      'half a key',
      { ...bucket, AWS_ACCESS_KEY_ID: 'a' },
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together',
    ],
    ['a bucket nowhere', { ...keys, EASEL_STORAGE: 's3://pictures' }, 'AWS_REGION must be set for a bucket of Amazon'],
    [
      'nginx for a bucket',
      { ...bucket, ...keys, EASEL_HAND_OFF: 'x-accel:/f/', EASEL_TRUSTED_PROXIES: '::1' },
      'only with files in a folder',
    ],
    ...[
      's3://',
      's3://UPPER',
      's3://me:secret@pictures',
      's3://pictures?a',
      's3://pictures/../other',
      's3://pictures//a',
    ].map((address): [string, Environment, string] => [
      address,
      { ...bucket, ...keys, EASEL_STORAGE: address },
      'EASEL_STORAGE must be s3://bucket or s3://bucket/prefix',
    ]),
  ])('refuses %s', (_, environment, fault) => {
    expect(faultsOf(environment)).toEqual([expect.stringContaining(fault)])
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
        SMTP_URL: `me:${secret}@mail`,
        EASEL_MAIL_FROM: 'a@example.com',
        OPENAI_API_KEY: `${secret} \u00e9`,
        OLLAMA_HOST: `http://me:${secret}@host`,
      },
      [openai, ollama],
    )
    expect(faults.length).toBeGreaterThanOrEqual(6)
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
