import type { TestProject } from 'vitest/node'
import { startPostgres } from './postgres-server.ts'

/** Starts the PostgreSQL of this run, or uses the one that EASEL_TEST_POSTGRES names, and says where it is. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.EASEL_TEST_POSTGRES
  if (given !== undefined && given !== '') {
    project.provide('postgresUrl', given)
    return () => Promise.resolve()
  }
  const server = await startPostgres()
  project.provide('postgresUrl', server.url)
  return () => server.stop()
}
