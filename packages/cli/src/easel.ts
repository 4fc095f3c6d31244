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

await program.parseAsync()
