import 'vitest'

declare module 'vitest' {
  /** What vitest.config.ts and its set-up files hand to the database tests, by `inject`. */
  export interface ProvidedContext {
    /** Which database the file runs on this time. */
    database: 'pglite' | 'postgres'
    /** A superuser's URL of the PostgreSQL of this run; tests create databases of their own there. Empty on PGlite. */
    postgresUrl: string
  }
}
