const kinds = [
  'pictures',
  'generations',
  'tags',
  'links',
  'albums',
  'pictures in albums',
  'searches',
  'prompts',
] as const
export type Kind = (typeof kinds)[number]

/** Every record of an export is in exactly one of these. */
interface Tally {
  taken: number
  there: number
  refused: number
}

interface Reason {
  readonly name: string
  readonly why: string
}

/** What became of everything. Reasons are kept as many as are shown, for there may be a million. */
export interface ImportReport {
  readonly tallies: Readonly<Record<Kind, Tally>>
  readonly reasons: readonly Reason[]
}

/** Lines of the report that name single things. */
const named = 50

export interface Reporting extends ImportReport {
  count(kind: Kind, outcome: 'taken' | 'there'): void
  refuse(kind: Kind, reason: Reason): void
}

export function openReport(): Reporting {
  const none = (): Tally => ({ taken: 0, there: 0, refused: 0 })
  const tallies = {
    pictures: none(),
    generations: none(),
    tags: none(),
    links: none(),
    albums: none(),
    'pictures in albums': none(),
    searches: none(),
    prompts: none(),
  }
  const reasons: Reason[] = []
  return {
    tallies,
    reasons,
    count(kind, outcome) {
      tallies[kind][outcome] += 1
    },
    refuse(kind, reason) {
      tallies[kind].refused += 1
      if (reasons.length < named) reasons.push(reason)
    },
  }
}

/** No control characters: names of files are somebody else's, and a terminal obeys them. */
const plain = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '?')

/** What is said at the end. */
export function reportText({ tallies, reasons }: ImportReport): string {
  const shown = kinds.filter((kind) => kind === 'pictures' || Object.values(tallies[kind]).some((count) => count > 0))
  const left = kinds.reduce((sum, kind) => sum + tallies[kind].refused, 0) - reasons.length
  return [
    ...shown.map((kind) => {
      const { taken, there, refused } = tallies[kind]
      return `${kind}: ${taken} taken, ${there} there already, ${refused} not taken`
    }),
    ...reasons.map(({ name, why }) => `  ${plain(name)}: ${plain(why)}`),
    ...(left > 0 ? [`  … and ${left} more`] : []),
  ].join('\n')
}
