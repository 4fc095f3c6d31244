// What `easel users …` and `easel keys …` do, in the running server or beside it. There is nothing else on this list.
import { z } from 'zod'
import { resetLink, resetPassword } from '#auth/password-reset.ts'
import { StartError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Config } from '#config/config.ts'
import type { Keyring } from '#connections/keyring.ts'
import { rotateInstanceKey } from '#connections/rotation.ts'
import type { Db } from '#db/database.ts'

export interface CommandPorts {
  readonly db: Db
  readonly config: Pick<Config, 'publicUrl' | 'secret' | 'dataFolder'>
  readonly log: Log
  /** Opened only by a command that needs it: the others work without the instance key. */
  readonly keyring: () => Promise<Keyring>
}

/** A command with arguments that were checked: what it says to people. */
type Run = (ports: CommandPorts) => Promise<string>

const Reset = z.strictObject({ email: z.string().min(1).max(254) })
const Rotate = z.strictObject({ newSecret: z.string().max(4000).nullable() })

const commands: ReadonlyMap<string, (args: unknown) => Run> = new Map([
  ['users-list', (args) => (z.strictObject({}).parse(args), listUsers)],
  ['users-reset', (args) => resetUser(Reset.parse(args))],
  ['keys-rotate', (args) => rotateKeys(Rotate.parse(args))],
])

/**
 * Runs one command.
 * @returns text for people, of whole lines
 * @throws StartError with what went wrong
 */
export async function runCommand(ports: CommandPorts, name: string, args: unknown): Promise<string> {
  const command = commands.get(name)
  if (command === undefined) throw new StartError(`There is no command ${JSON.stringify(name)}.`)
  return await prepare(command, name, args)(ports)
}

function prepare(command: (args: unknown) => Run, name: string, args: unknown): Run {
  try {
    return command(args)
  } catch (error) {
    if (error instanceof z.ZodError) throw new StartError(`The arguments of ${name} are not valid.`)
    throw error
  }
}

async function listUsers({ db }: CommandPorts): Promise<string> {
  const users = await db
    .selectFrom('users')
    .select(['email', 'name', 'role', 'disabled_at', 'created_at'])
    .where('role', '!=', 'guest')
    .orderBy('id')
    .execute()
  const rows = users.map((user) => [
    user.email ?? '(no sign-in yet)',
    user.role,
    user.disabled_at === null ? 'active' : 'disabled',
    user.created_at.toISOString().slice(0, 10),
    user.name,
  ])
  return table([['E-mail', 'Role', 'State', 'Since', 'Name'], ...rows])
}

/** Names are people's own text: what would move a terminal's cursor is left out. */
function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map((cell) => cell.replaceAll(/\p{C}/gu, '')))
  const widths = clean.reduce<number[]>((most, row) => row.map((cell, at) => Math.max(cell.length, most[at] ?? 0)), [])
  return clean
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

function resetUser({ email }: z.output<typeof Reset>): Run {
  return async ({ db, config }) => {
    const token = await resetPassword(db, email)
    if (token === null) throw new StartError(`There is no account with the e-mail address ${email}.`)
    const where = config.publicUrl === null ? 'this address on your Easel' : 'this address'
    return `Whoever opens ${where} sets a new password, once, within an hour:\n${resetLink(config.publicUrl ?? '', token)}\n`
  }
}

function rotateKeys({ newSecret }: z.output<typeof Rotate>): Run {
  return async ({ db, config, log, keyring }) => {
    const { secret, dataFolder } = config
    const options = { db, secret, dataFolder, newSecret, log, keyring: await keyring() }
    const count = await rotateInstanceKey(options)
    const next =
      secret === null
        ? 'The key file was replaced: copy the new one to where you keep the old one, which older backups need.'
        : 'Now set EASEL_SECRET to the new secret wherever Easel runs, and start it again.'
    return `The instance key was changed; keys of ${count} users were wrapped with it.\n${next}\n`
  }
}
