// The commands that speak to a server, each with what its --help says.
import { Argument, InvalidArgumentError, Option, type Command } from 'commander'
import type { Easel } from '@easel/client'
import { readEnvironment } from '../environment.ts'
import { connect, whereOf, type Where } from './connect.ts'
import { ending } from './exit.ts'
import { generate, type GenerateWish } from './generate.ts'
import { forget } from './kept.ts'
import { get, search, share, type GetWish, type SearchWish, type ShareWish } from './library.ts'
import { login } from './login.ts'

const exitCodes = `
Exit codes: 0 done; 1 something failed or was refused; 2 it could not be tried (wrong use, no or wrong key, server away);
130 interrupted.`

function whole(min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (Number.isInteger(value) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`)
  }
}

const more = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Where it goes, on every command that speaks to a server. */
function reaching(command: Command): Command {
  return command
    .option(
      '--server <address>',
      'of the Easel; else EASEL_URL, else what easel login kept, else http://127.0.0.1:8080',
    )
    .option(
      '--key <key>',
      'an API key; better in EASEL_KEY or by easel login, where no other user of this machine sees it',
    )
    .addHelpText('after', exitCodes)
}

async function run(where: Where, work: (easel: Easel) => Promise<number>): Promise<void> {
  process.exitCode = await ending(async () => await work(await connect(where, readEnvironment())))
}

function addGenerate(program: Command): void {
  reaching(
    program
      .command('generate')
      .argument('<prompt...>', 'what the picture shows')
      .description('make pictures and save them; prints where they are')
      .option('-e, --engine <name>', 'name or id of an engine that is set up')
      .option('-m, --model <id>', 'of that engine')
      .option('-s, --size <size>', 'such as 1024x768')
      .option('--aspect <ratio>', 'such as 16:9, without a size')
      .option('--seed <number>', 'the same seed draws the same again', whole(0, Number.MAX_SAFE_INTEGER))
      .option('-n, --n <number>', 'how many pictures', whole(1, 10))
      .option('--negative <words>', 'what it must not show')
      .option('--steps <number>', 'of the engine', whole(1, 500))
      .option('--quality <word>', 'as the model names it')
      .option('-t, --tag <label>', 'to put on the pictures; may be given again', more)
      .option('-i, --image <file or id>', 'a picture to work from; may be given again', more)
      .option('-o, --out <path>', 'folder or file to save to; the extension says the format. Nothing is written over')
      .option('--open', 'show the pictures when they are there')
      .option('--no-wait', 'print the id and leave; easel get <id> saves the pictures later')
      .option('--json', 'one line of JSON instead of paths'),
  ).action(async (words: string[], wish: GenerateWish & Where) => {
    await run(wish, (easel) => generate(easel, words.join(' '), wish))
  })
}

function addLibrary(program: Command): void {
  reaching(
    program
      .command('search')
      .argument(
        '[words...]',
        'as in the search box: words, "in this order", -without, tag:fox, model:, before:2026-11 …',
      )
      .description('list pictures of the library, the newest first')
      .option('-l, --limit <number>', 'how many at most', whole(1, 100_000), 50)
      .option('--json', 'a line of JSON for each, with everything known of it'),
  ).action(async (words: string[], wish: SearchWish & Where) => {
    await run(wish, (easel) => search(easel, words.join(' '), wish))
  })
  reaching(
    program
      .command('get')
      .argument('<id...>', 'of pictures, or of generations')
      .description('save pictures of the library; prints where they are')
      .option('-o, --out <path>', 'folder or file to save to; the extension says the format. Nothing is written over')
      .option('--json', 'a line of JSON for each'),
  ).action(async (ids: string[], wish: GetWish & Where) => {
    await run(wish, (easel) => get(easel, ids, wish))
  })
  reaching(
    program
      .command('share')
      .argument('<id...>', 'of pictures')
      .description('make a link that shows pictures to whoever has it; prints the link')
      .option('--album', 'the id is that of an album')
      .option('--title <words>', 'above the pictures')
      .option('--days <number>', 'how long it works; else until it is revoked', whole(1, 36_500))
      .option('--password <word>', 'asked of visitors')
      .option('--no-download', 'visitors may not save the originals')
      .option('--prompt', 'visitors may read how the pictures were made')
      .option('--json', 'everything about the link, as JSON'),
  ).action(async (ids: string[], wish: ShareWish & Where) => {
    await run(wish, (easel) => share(easel, ids, wish))
  })
}

function addLogin(program: Command): void {
  program
    .command('login')
    .addArgument(new Argument('[address]', 'of the Easel').default(undefined, 'EASEL_URL, else http://127.0.0.1:8080'))
    .addOption(new Option('--key <key>', 'the API key; else it is asked for, or read from standard input'))
    .description('keep the address of a server and an API key for the other commands')
    .addHelpText('after', exitCodes)
    .action(async (address: string | undefined, { key }: { key?: string }) => {
      process.exitCode = await ending(async () => {
        const environment = readEnvironment()
        const { server } = await whereOf({ server: address }, environment)
        return await login({ server, key: key ?? environment.apiKey, configFolder: environment.configFolder })
      })
    })
  program
    .command('logout')
    .description('forget what easel login kept')
    .action(async () => await forget(readEnvironment().configFolder))
}

/** Adds everything that works against any server. */
export function addRemoteCommands(program: Command): void {
  addGenerate(program)
  addLibrary(program)
  addLogin(program)
  reaching(
    program
      .command('mcp')
      .description('the tools of a server for assistants, by the Model Context Protocol on standard input and output'),
  ).action(async (where: Where) => {
    const { passMessages } = await import('./mcp.ts')
    await run(where, passMessages)
  })
}
