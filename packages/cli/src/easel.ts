#!/usr/bin/env node
import { CommanderError, type Command } from 'commander'
import { createProgram } from './program.ts'
import { exit, plain } from './remote/exit.ts'
import { Stopped } from './stopped.ts'

/** Wrong use ends with 2 in every command; commander itself would say 1. */
function throwing(command: Command): Command {
  command.exitOverride()
  for (const one of command.commands) throwing(one)
  return command
}

try {
  await throwing(createProgram()).parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? exit.done : exit.stopped
  else if (error instanceof Stopped) {
    console.error(plain(error.message))
    process.exitCode = exit.stopped
  } else throw error
}
