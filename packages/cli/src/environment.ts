// The only place that reads the environment.

/** What the command line may leave unsaid. */
export interface Environment {
  /** An API key, or undefined: a server without sign-in needs none. */
  readonly apiKey: string | undefined
}

export function readEnvironment(): Environment {
  const key = process.env.EASEL_API_KEY?.trim() // oxlint-disable-line node/no-process-env -- the CLI's own settings are read here alone
  return { apiKey: key === '' ? undefined : key }
}
