// Scripts that let a shell complete what is typed after `easel`, made from the commands themselves.
import type { Command } from 'commander'

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

interface Known {
  readonly name: string
  readonly description: string
  readonly options: readonly { readonly flag: string; readonly description: string }[]
}

function commandsOf(program: Command): readonly Known[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [
      ...command.options.map(({ long, short, description }) => ({ flag: long ?? short ?? '', description })),
      { flag: '--help', description: 'how it is used' },
    ],
  }))
}

/** In single quotes, as all three shells read them. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function bash(commands: readonly Known[]): string {
  const cases = commands.map(
    ({ name, options }) => `    ${name}) words=${quoted(options.map(({ flag }) => flag).join(' '))} ;;`,
  )
  return `_easel() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
    *) COMPREPLY=($(compgen -f -- "$current")) ;;
  esac
}
complete -o filenames -F _easel easel
`
}

/** A colon would end the name that zsh describes. */
const described = (name: string, text: string): string => quoted(`${name.replaceAll(':', '\\:')}:${text}`)

function zsh(commands: readonly Known[]): string {
  const names = commands.map(({ name, description }) => `    ${described(name, description)}`)
  const cases = commands.map(({ name, options }) => {
    const flags = options.map(({ flag, description }) => described(flag, description)).join(' ')
    return `    ${name}) flags=(${flags}) ;;`
  })
  return `#compdef easel
_easel() {
  local -a names flags
  names=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command names
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
  if [[ "$words[CURRENT]" == -* ]]; then
    _describe option flags
  else
    _files
  fi
}
compdef _easel easel
`
}

function fish(commands: readonly Known[]): string {
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c easel -n __fish_use_subcommand -f -a ${name} -d ${quoted(description)}`,
    ...options.map(
      ({ flag, description: words }) =>
        `complete -c easel -n '__fish_seen_subcommand_from ${name}' -l ${flag.replace(/^--/, '')} -d ${quoted(words)}`,
    ),
  ])
  return `${lines.join('\n')}\n`
}

const writers: Readonly<Record<Shell, (commands: readonly Known[]) => string>> = { bash, zsh, fish }

export const completionFor = (shell: Shell, program: Command): string => writers[shell](commandsOf(program))
