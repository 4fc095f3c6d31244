#!/usr/bin/env node
import { Command } from 'commander'

const program = new Command('easel')
  .description('A self-hosted image-generation studio and library.')
  .showHelpAfterError('Try: easel --help')

program
  .command('serve')
  .description('start the server; its settings are EASEL_… variables or a file .env')
  .action(async () => {
    await import('@easel/server/serve')
  })

program
  .command('doctor')
  .description('compare files and records, check every checksum, repair what can be repaired (stop the server first)')
  .action(async () => {
    await import('@easel/server/doctor')
  })

const users = program.command('users').description('accounts, from the machine that Easel runs on')
users
  .command('list')
  .description('list the accounts')
  .action(async () => {
    const { listUsers } = await import('@easel/server/command')
    await listUsers()
  })
users
  .command('reset')
  .argument('<e-mail>', 'of the account')
  .description('make a link that sets a new password once, within an hour')
  .action(async (email: string) => {
    const { resetUser } = await import('@easel/server/command')
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
    const { rotateKeys } = await import('@easel/server/command')
    await rotateKeys(options)
  })

await program.parseAsync()
