import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { codeOf, messageOf, StartError } from '#base/errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * The environment with what the file `.env` in `folder` adds to it; a variable of the process wins over the file.
 * @throws StartError when there is such a file and it cannot be read
 */
export function readEnvironment(folder: string = process.cwd(), processEnv: Environment = process.env): Environment {
  return { ...readEnvFile(join(folder, '.env')), ...processEnv }
}

function readEnvFile(path: string): Environment {
  try {
    // A byte order mark, as some editors write it, would become part of the first name.
    return parseEnv(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return {}
    throw new StartError(`The settings file ${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}
