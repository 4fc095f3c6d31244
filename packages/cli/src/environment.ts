// The only place that reads the environment.
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What the command line may leave unsaid. */
export interface Environment {
  /** Address of the server, or undefined: what `easel login` has kept. */
  readonly url: string | undefined
  /** An API key, or undefined: a server without sign-in needs none. */
  readonly apiKey: string | undefined
  /** Where settings of this person are kept. */
  readonly configFolder: string
}

type Variables = Readonly<Record<string, string | undefined>>

function configFolder({ XDG_CONFIG_HOME: xdg, APPDATA: appData }: Variables): string {
  // https://specifications.freedesktop.org/basedir-spec: a relative path counts as none.
  if (xdg?.startsWith('/') === true) return join(xdg, 'easel')
  return process.platform === 'win32' && appData !== undefined
    ? join(appData, 'easel')
    : join(homedir(), '.config', 'easel')
}

const given = (value: string | undefined): string | undefined => {
  const text = value?.trim()
  return text === '' ? undefined : text
}

// oxlint-disable-next-line node/no-process-env -- the CLI's own settings are read here alone
export function readEnvironment(variables: Variables = process.env): Environment {
  return {
    url: given(variables.EASEL_URL),
    apiKey: given(variables.EASEL_KEY) ?? given(variables.EASEL_API_KEY),
    configFolder: configFolder(variables),
  }
}
