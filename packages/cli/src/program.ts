// The commands of the terminal, and what --help says of them.
import { Argument, Command } from 'commander'
import { completionFor, shells, type Shell } from './completion.ts'
import { readEnvironment } from './environment.ts'
import { withServer } from './own-machine.ts'
import { addRemoteCommands } from './remote/commands.ts'
import { whereOf } from './remote/connect.ts'
import { ending } from './remote/exit.ts'

function addServing(program: Command): void {
  program
    .command('serve')
    .description('start the server; its settings are EASEL_… variables or a file .env')
    .action(async () => {
      await withServer(() => import('@easel/server/serve'))
    })
  program
    .command('doctor')
    .description('compare files and records, check every checksum, repair what can be repaired (stop the server first)')
    .action(async () => {
      await withServer(() => import('@easel/server/doctor'))
    })
}

function addImport(program: Command): void {
  program
    .command('import')
    .argument('<path...>', 'exports of Easel, its data folder, zip archives, folders of pictures, single pictures')
    .description('bring in pictures with their records; what the server has already is left alone')
    .option('--server <address>', 'of the Easel that takes them')
    .option(
      '--key <key>',
      'an API key with the scope "write"; better in EASEL_KEY or by easel login, where no other user of this machine sees it',
    )
    .option('--json', 'say in lines of JSON what was not taken, and at the end the numbers', false)
    .addHelpText(
      'after',
      `
Reads what A1111 and its relatives, ComfyUI, InvokeAI, SwarmUI, Fooocus, NovelAI and Easel write into their pictures, and
the records beside them. Run it again after it broke off: it goes on where it stopped.

Exit codes: 0 everything is in; 1 something was not taken, the report says what and why; 2 it had to stop.`,
    )
    .action(async (paths: string[], options: { server?: string; key?: string; json: boolean }) => {
      process.exitCode = await ending(async () => {
        const { runImport } = await import('./import/command.ts')
        const { server, key } = await whereOf(options, readEnvironment())
        return await runImport(paths, { server, key, json: options.json })
      })
    })
}

function addAccounts(program: Command): void {
  const users = program.command('users').description('accounts, from the machine that Easel runs on')
  users
    .command('list')
    .description('list the accounts')
    .action(async () => {
      const { listUsers } = await withServer(() => import('@easel/server/command'))
      await listUsers()
    })
  users
    .command('reset')
    .argument('<e-mail>', 'of the account')
    .description('make a link that sets a new password once, within an hour')
    .action(async (email: string) => {
      const { resetUser } = await withServer(() => import('@easel/server/command'))
      await resetUser(email)
    })

  const keys = program.command('keys').description('the key that protects stored API keys')
  keys
    .command('rotate')
    .description(
      'change the instance key, also while Easel runs; run it again after a crash. Where EASEL_SECRET is set, EASEL_NEW_SECRET gives the new one.',
    )
    .option('--stdin', 'read the new secret from the first line of standard input', false)
    .action(async (options: { stdin: boolean }) => {
      const { rotateKeys } = await withServer(() => import('@easel/server/command'))
      await rotateKeys(options)
    })
}

export function createProgram(): Command {
  const program = new Command('easel')
    .description('A self-hosted image-generation studio and library.')
    .showHelpAfterError('Try: easel --help')
  addRemoteCommands(program)
  addImport(program)
  addServing(program)
  addAccounts(program)
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(shells))
    .description('print a script that completes commands in your shell, such as: source <(easel completion bash)')
    .action((shell: Shell) => {
      process.stdout.write(completionFor(shell, program))
    })
  return program
}
