import { defineConfig } from 'vitest/config'

const databaseTests = (kind: string) => `packages/server/src/**/*.${kind}.test.ts`
const heavyTests = ['test/faults/*.test.ts', 'test/workers/*.test.ts']
const largeTests = 'test/faults/large*'
// They take an hour: only by name, as in `npm test -- test/faults/large.test.ts`.
const wantsLarge = process.argv.some((argument) => argument.includes('test/faults/large'))
// So does what is drawn by lot hundreds of times: `npm test -- agreement.long`.
const wantsLong = process.argv.some((argument) => argument.includes('.long'))
const longTests = wantsLong ? [] : ['**/*.long.*.test.ts']

export default defineConfig({
  test: {
    // Files take turns in a few processes, so that libraries are loaded and embedded databases started once.
    pool: 'forks',
    isolate: false,
    // Many tests wait, for a lease to end or an engine to be slow: three at a time keep two processors busy.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // What is waited for comes when it can: on a busy machine a second is no measure.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'tools/**/*.test.ts'],
          exclude: ['db', 'pglite', 'postgres'].map(databaseTests),
        },
      },
      {
        extends: true,
        test: {
          name: 'pglite',
          include: ['db', 'pglite'].map(databaseTests),
          exclude: longTests,
          provide: { database: 'pglite', postgresUrl: '' },
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ['db', 'postgres'].map(databaseTests),
          exclude: longTests,
          globalSetup: ['tools/test-setup/postgres.ts'],
          provide: { database: 'postgres' },
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          exclude: heavyTests,
          globalSetup: ['tools/test-setup/postgres.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: heavyTests,
          exclude: wantsLarge ? [] : [largeTests],
          globalSetup: ['tools/test-setup/postgres.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
